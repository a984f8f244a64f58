"""The report: what a person and what a machine reads of a run.

Comes after ``validate``; used by ``api`` and ``cli``. ``collect`` and ``gather`` take the findings and sum
them up, each format prints the sum, ``formats`` lists them, ``safe`` makes untrusted text harmless. A new
format is one file here and one entry in ``formats``.
"""
