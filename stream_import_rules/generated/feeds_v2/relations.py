# Generated from rules/feeds-v2/ by `python -m generators build` (generators/templates/relations.py.j2).
# Do not edit: change the rules and build again.
# fingerprint: 8fa66e7e3bec9efa5f8fced8e7aa2f69ea229c5c550b5fa993e2a2c95355f44f
# ruff: noqa: E501
"""The queries of the relations of rule set feeds-v2: see ``stream_import_rules.relate``."""

FINGERPRINT = "8fa66e7e3bec9efa5f8fced8e7aa2f69ea229c5c550b5fa993e2a2c95355f44f"

#: One query for each relation of the rule set, in their order.
QUERIES = (
    """\
SELECT pos AS pos, first_pos AS other, before_pos AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM (
  SELECT k.pos AS pos,
    MIN(k.pos) OVER (PARTITION BY k.k1, k.k2, k.part, k.scope) AS first_pos,
    LAG(k.pos) OVER (PARTITION BY k.k1, k.k2, k.part, k.scope ORDER BY k.pos) AS before_pos,
    ROW_NUMBER() OVER (PARTITION BY k.k1, k.k2, k.part, k.scope ORDER BY k.pos) AS nth
  FROM keys k JOIN (
    SELECT k1, k2, part, scope FROM keys WHERE what = 0 AND k1 IS NOT NULL AND k2 IS NOT NULL AND part IS NOT NULL AND scope IS NOT NULL
    GROUP BY k1, k2, part, scope HAVING COUNT(*) > 1
  ) g ON k.k1 = g.k1 AND k.k2 = g.k2 AND k.part = g.part AND k.scope = g.scope
  WHERE k.what = 0
) found
WHERE pos > first_pos
ORDER BY pos
""",
    """\
SELECT pos AS pos, first_pos AS other, before_pos AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM (
  SELECT k.pos AS pos,
    MIN(k.pos) OVER (PARTITION BY k.k1, k.k2, k.part, k.scope) AS first_pos,
    LAG(k.pos) OVER (PARTITION BY k.k1, k.k2, k.part, k.scope ORDER BY k.pos) AS before_pos,
    ROW_NUMBER() OVER (PARTITION BY k.k1, k.k2, k.part, k.scope ORDER BY k.pos) AS nth
  FROM keys k JOIN (
    SELECT k1, k2, part, scope FROM keys WHERE what = 0 AND k1 IS NOT NULL AND k2 IS NOT NULL AND part IS NOT NULL AND scope IS NOT NULL
    GROUP BY k1, k2, part, scope HAVING COUNT(*) > 1
  ) g ON k.k1 = g.k1 AND k.k2 = g.k2 AND k.part = g.part AND k.scope = g.scope
  WHERE k.what = 0
) found
WHERE pos > first_pos
ORDER BY pos
""",
    """\
SELECT pos AS pos, first_pos AS other, before_pos AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM (
  SELECT k.pos AS pos,
    MIN(k.pos) OVER (PARTITION BY k.k1, k.k2, k.part) AS first_pos,
    LAG(k.pos) OVER (PARTITION BY k.k1, k.k2, k.part ORDER BY k.pos) AS before_pos,
    ROW_NUMBER() OVER (PARTITION BY k.k1, k.k2, k.part, k.scope ORDER BY k.pos) AS nth
  FROM keys k JOIN (
    SELECT k1, k2, part FROM keys WHERE what = 0 AND k1 IS NOT NULL AND k2 IS NOT NULL AND part IS NOT NULL AND scope IS NOT NULL
    GROUP BY k1, k2, part HAVING MIN(scope) <> MAX(scope)
  ) g ON k.k1 = g.k1 AND k.k2 = g.k2 AND k.part = g.part
  WHERE k.what = 0 AND k.scope IS NOT NULL
) found
WHERE pos > first_pos AND nth = 1
ORDER BY pos
""",
    """\
SELECT pos AS pos, first_pos AS other, before_pos AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM (
  SELECT k.pos AS pos,
    MIN(k.pos) OVER (PARTITION BY k.k1, k.k2) AS first_pos,
    LAG(k.pos) OVER (PARTITION BY k.k1, k.k2 ORDER BY k.pos) AS before_pos,
    ROW_NUMBER() OVER (PARTITION BY k.k1, k.k2, k.part ORDER BY k.pos) AS nth
  FROM keys k JOIN (
    SELECT k1, k2 FROM keys WHERE what = 0 AND k1 IS NOT NULL AND k2 IS NOT NULL AND part IS NOT NULL
    GROUP BY k1, k2 HAVING MIN(part) <> MAX(part)
  ) g ON k.k1 = g.k1 AND k.k2 = g.k2
  WHERE k.what = 0 AND k.part IS NOT NULL
) found
WHERE pos > first_pos AND nth = 1
ORDER BY pos
""",
    """\
SELECT pos AS pos, first_pos AS other, before_pos AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM (
  SELECT k.pos AS pos,
    MIN(k.pos) OVER (PARTITION BY k.scope, k.part) AS first_pos,
    LAG(k.pos) OVER (PARTITION BY k.scope, k.part ORDER BY k.pos) AS before_pos,
    ROW_NUMBER() OVER (PARTITION BY k.scope, k.part, k.k1, k.k2 ORDER BY k.pos) AS nth
  FROM keys k JOIN (
    SELECT scope, part FROM keys WHERE what = 0 AND scope IS NOT NULL AND part IS NOT NULL AND k1 IS NOT NULL AND k2 IS NOT NULL
    GROUP BY scope, part HAVING MIN(k1) <> MAX(k1) OR MIN(k2) <> MAX(k2)
  ) g ON k.scope = g.scope AND k.part = g.part
  WHERE k.what = 0 AND k.k1 IS NOT NULL AND k.k2 IS NOT NULL
) found
WHERE pos > first_pos AND nth = 1
ORDER BY pos
""",
    """\
SELECT MIN(pos) AS pos, NULL AS other, NULL AS previous, COUNT(*) AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM keys
WHERE what = 0 AND scope IS NOT NULL AND instant IS NOT NULL
GROUP BY scope, instant HAVING COUNT(*) > 50
ORDER BY pos
""",
    """\
SELECT pos AS pos, first_pos AS other, before_pos AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM (
  SELECT k.pos AS pos,
    MIN(k.pos) OVER (PARTITION BY k.k1, k.k2) AS first_pos,
    LAG(k.pos) OVER (PARTITION BY k.k1, k.k2 ORDER BY k.pos) AS before_pos,
    ROW_NUMBER() OVER (PARTITION BY k.k1, k.k2 ORDER BY k.pos) AS nth
  FROM keys k JOIN (
    SELECT k1, k2 FROM keys WHERE what = 1 AND k1 IS NOT NULL AND k2 IS NOT NULL
    GROUP BY k1, k2 HAVING COUNT(*) > 1
  ) g ON k.k1 = g.k1 AND k.k2 = g.k2
  WHERE k.what = 1
) found
WHERE pos > first_pos
ORDER BY pos
""",
    """\
SELECT pos AS pos, first_pos AS other, before_pos AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM (
  SELECT k.pos AS pos,
    MIN(k.pos) OVER (PARTITION BY k.k1, k.k2) AS first_pos,
    LAG(k.pos) OVER (PARTITION BY k.k1, k.k2 ORDER BY k.pos) AS before_pos,
    ROW_NUMBER() OVER (PARTITION BY k.k1, k.k2 ORDER BY k.pos) AS nth
  FROM keys k JOIN (
    SELECT k1, k2 FROM keys WHERE what = 2 AND k1 IS NOT NULL AND k2 IS NOT NULL
    GROUP BY k1, k2 HAVING COUNT(*) > 1
  ) g ON k.k1 = g.k1 AND k.k2 = g.k2
  WHERE k.what = 2
) found
WHERE pos > first_pos
ORDER BY pos
""",
    """\
SELECT pos AS pos, first_pos AS other, before_pos AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM (
  SELECT k.pos AS pos,
    MIN(k.pos) OVER (PARTITION BY k.k1, k.k2) AS first_pos,
    LAG(k.pos) OVER (PARTITION BY k.k1, k.k2 ORDER BY k.pos) AS before_pos,
    ROW_NUMBER() OVER (PARTITION BY k.k1, k.k2 ORDER BY k.pos) AS nth
  FROM keys k JOIN (
    SELECT k1, k2 FROM keys WHERE what = 3 AND k1 IS NOT NULL AND k2 IS NOT NULL
    GROUP BY k1, k2 HAVING COUNT(*) > 1
  ) g ON k.k1 = g.k1 AND k.k2 = g.k2
  WHERE k.what = 3
) found
WHERE pos > first_pos
ORDER BY pos
""",
    """\
SELECT pos AS pos, first_pos AS other, before_pos AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM (
  SELECT k.pos AS pos,
    MIN(k.pos) OVER (PARTITION BY k.k1, k.k2) AS first_pos,
    LAG(k.pos) OVER (PARTITION BY k.k1, k.k2 ORDER BY k.pos) AS before_pos,
    ROW_NUMBER() OVER (PARTITION BY k.k1, k.k2 ORDER BY k.pos) AS nth
  FROM keys k JOIN (
    SELECT k1, k2 FROM keys WHERE what = 4 AND k1 IS NOT NULL AND k2 IS NOT NULL
    GROUP BY k1, k2 HAVING COUNT(*) > 1
  ) g ON k.k1 = g.k1 AND k.k2 = g.k2
  WHERE k.what = 4
) found
WHERE pos > first_pos
ORDER BY pos
""",
    """\
SELECT r.pos AS pos, NULL AS other, NULL AS previous, NULL AS n, r.k1 AS k1, r.k2 AS k2, r.what AS what
FROM refs r
WHERE r.what = 0
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 0 AND k.k1 = r.k1 AND k.k2 = r.k2 AND k.part = r.part)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 50 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 0 AND k.k1 IS NULL AND k.part = r.part)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 0 AND k.k1 IS NULL AND k.part IS NULL AND k.instant = r.k1)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 100 AND k.k1 = r.part)
ORDER BY pos, what, k1, k2
""",
    """\
SELECT r.pos AS pos, NULL AS other, NULL AS previous, NULL AS n, r.k1 AS k1, r.k2 AS k2, r.what AS what
FROM refs r
WHERE r.what = 1
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 0 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 50 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 0 AND k.k1 IS NULL AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 0 AND k.k1 IS NULL AND k.k2 IS NULL AND k.instant = r.k1)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 100 AND k.part = r.k2)
ORDER BY pos, what, k1, k2
""",
    """\
SELECT r.pos AS pos, NULL AS other, NULL AS previous, NULL AS n, r.k1 AS k1, r.k2 AS k2, r.what AS what
FROM refs r
WHERE r.what = 2
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 2 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 52 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 100 AND k.k1 = r.k1 AND k.k2 = r.k2)
ORDER BY pos, what, k1, k2
""",
    """\
SELECT r.pos AS pos, NULL AS other, NULL AS previous, NULL AS n, r.k1 AS k1, r.k2 AS k2, r.what AS what
FROM refs r
WHERE r.what = 3
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 3 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 53 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 100 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND EXISTS (SELECT 1 FROM keys k WHERE k.what = 3)
ORDER BY pos, what, k1, k2
""",
    """\
SELECT r.pos AS pos, NULL AS other, NULL AS previous, NULL AS n, r.k1 AS k1, r.k2 AS k2, r.what AS what
FROM refs r
WHERE r.what = 4
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 3 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 53 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 100 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND EXISTS (SELECT 1 FROM keys k WHERE k.what = 3)
UNION ALL
SELECT r.pos AS pos, NULL AS other, NULL AS previous, NULL AS n, r.k1 AS k1, r.k2 AS k2, r.what AS what
FROM refs r
WHERE r.what = 5
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 4 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 54 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 4 AND k.k1 IS NULL AND k.part = r.scope)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 100 AND k.k1 = r.part)
  AND EXISTS (SELECT 1 FROM keys k WHERE k.what = 4)
UNION ALL
SELECT r.pos AS pos, NULL AS other, NULL AS previous, NULL AS n, r.k1 AS k1, r.k2 AS k2, r.what AS what
FROM refs r
WHERE r.what = 6
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 0 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 50 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 0 AND k.k1 IS NULL AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 0 AND k.k1 IS NULL AND k.k2 IS NULL AND k.instant = r.k1)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 100 AND k.part = r.k2)
  AND EXISTS (SELECT 1 FROM keys k WHERE k.what = 0)
UNION ALL
SELECT r.pos AS pos, NULL AS other, NULL AS previous, NULL AS n, r.k1 AS k1, r.k2 AS k2, r.what AS what
FROM refs r
WHERE r.what = 7
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 2 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 52 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.what = 100 AND k.k1 = r.k1 AND k.k2 = r.k2)
  AND EXISTS (SELECT 1 FROM keys k WHERE k.what = 2)
ORDER BY pos, what, k1, k2
""",
    """\
SELECT k.pos AS pos, o.pos AS other, NULL AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM keys k JOIN (SELECT part, MIN(pos) AS pos FROM keys WHERE what = 2 AND part IS NOT NULL AND pos IS NOT NULL GROUP BY part) o ON o.part = k.part
WHERE k.what = 0 AND k.pos IS NOT NULL
ORDER BY k.pos
""",
    """\
WITH firsts AS (SELECT k1, k2, MIN(pos) AS pos FROM keys WHERE what = 2 AND k1 IS NOT NULL GROUP BY k1, k2)
SELECT child.pos AS pos, f1.pos AS other, NULL AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM refs child
JOIN firsts f1 ON f1.k1 = child.k1 AND f1.k2 = child.k2
JOIN refs r1 ON r1.pos = f1.pos AND r1.what = 2
JOIN firsts f2 ON f2.k1 = r1.k1 AND f2.k2 = r1.k2
JOIN refs r2 ON r2.pos = f2.pos AND r2.what = 2
JOIN firsts f3 ON f3.k1 = r2.k1 AND f3.k2 = r2.k2
WHERE child.what = 2
ORDER BY child.pos
""",
    """\
WITH firsts AS (SELECT k1, k2, MIN(pos) AS pos FROM keys WHERE what = 2 AND k1 IS NOT NULL GROUP BY k1, k2)
SELECT child.pos AS pos, f1.pos AS other, NULL AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM refs child
JOIN firsts f1 ON f1.k1 = child.k1 AND f1.k2 = child.k2
JOIN refs r1 ON r1.pos = f1.pos AND r1.what = 2
JOIN firsts f2 ON f2.k1 = r1.k1 AND f2.k2 = r1.k2
JOIN refs r2 ON r2.pos = f2.pos AND r2.what = 2
JOIN firsts f3 ON f3.k1 = r2.k1 AND f3.k2 = r2.k2
WHERE child.what = 2
ORDER BY child.pos
""",
    """\
SELECT child.pos AS pos, parent.pos AS other, NULL AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM refs child
JOIN (SELECT k1, k2, MIN(pos) AS pos FROM keys WHERE what = 2 AND k1 IS NOT NULL GROUP BY k1, k2) f ON f.k1 = child.k1 AND f.k2 = child.k2
JOIN keys parent ON parent.pos = f.pos AND parent.what = 2
WHERE child.what = 2 AND child.scope <> parent.scope
ORDER BY child.pos
""",
    """\
SELECT child.pos AS pos, parent.pos AS other, NULL AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM refs child
JOIN (SELECT k1, k2, MIN(pos) AS pos FROM keys WHERE what = 0 AND k1 IS NOT NULL GROUP BY k1, k2) f ON f.k1 = child.k1 AND f.k2 = child.k2
JOIN keys parent ON parent.pos = f.pos AND parent.what = 0
WHERE child.what = 1 AND child.instant < parent.instant
ORDER BY child.pos
""",
    """\
SELECT child.pos AS pos, parent.pos AS other, NULL AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM refs child
JOIN (SELECT k1, k2, MIN(pos) AS pos FROM keys WHERE what = 2 AND k1 IS NOT NULL GROUP BY k1, k2) f ON f.k1 = child.k1 AND f.k2 = child.k2
JOIN keys parent ON parent.pos = f.pos AND parent.what = 2
WHERE child.what = 2 AND child.instant < parent.instant
ORDER BY child.pos
""",
    """\
SELECT pos AS pos, other AS other, NULL AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM (
  SELECT k.pos AS pos, f.pos AS other
  FROM keys k JOIN (SELECT scope, MIN(pos) AS pos FROM keys WHERE what = 0 AND scope IS NOT NULL GROUP BY scope) f ON f.scope = k.part
  WHERE k.what = 1 AND k.pos < f.pos
) early
ORDER BY pos, other
""",
    """\
SELECT pos AS pos, other AS other, NULL AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM (
  SELECT r.pos AS pos, f.pos AS other
  FROM refs r JOIN (SELECT k1, k2, MIN(pos) AS pos FROM keys WHERE what = 0 AND k1 IS NOT NULL GROUP BY k1, k2) f ON f.k1 = r.k1 AND f.k2 = r.k2
  WHERE r.what = 0 AND r.pos < f.pos
  UNION ALL
  SELECT r.pos AS pos, f.pos AS other
  FROM refs r JOIN (SELECT k1, k2, MIN(pos) AS pos FROM keys WHERE what = 0 AND k1 IS NOT NULL GROUP BY k1, k2) f ON f.k1 = r.k1 AND f.k2 = r.k2
  WHERE r.what = 1 AND r.pos < f.pos
) early
ORDER BY pos, other
""",
    """\
SELECT pos AS pos, other AS other, NULL AS previous, NULL AS n, NULL AS k1, NULL AS k2, NULL AS what
FROM (
  SELECT r.pos AS pos, f.pos AS other
  FROM refs r JOIN (SELECT k1, k2, MIN(pos) AS pos FROM keys WHERE what = 2 AND k1 IS NOT NULL GROUP BY k1, k2) f ON f.k1 = r.k1 AND f.k2 = r.k2
  WHERE r.what = 2 AND r.pos < f.pos
) early
ORDER BY pos, other
""",
)
