"""The derived activity id, against every vector that is known from official code and real payloads."""

import pytest

from stream_import_rules import times
from stream_import_rules.activity_id import derive, hash_of

VECTORS = [
    ("123sdsd333}}}", 1451260800, "f01c0000-acf5-11e5-8080-80006a8b5bc2"),
    ("6621934", 1452862482, "24f9d500-bb87-11e5-8080-80012ce3cc51"),
    ("UserPrediction:11127278", 1480174117, "00000080-b3ed-11e6-8080-8000444ef374"),
    ("467791-42-follow", 1481475921, "ffa65e80-bfc3-11e6-8080-800027086507"),
    ("Follow:9", "2017-05-03T08:07:39Z", "93121780-2fd7-11e7-8080-8001551856b0"),
    ("Post:12", "2017-05-03T09:35:44Z", "e12d1800-2fe3-11e7-8080-8001260b259f"),
    ("24iqNvsZDzJ", "2016-02-10T02:35:36.184889Z", "f715c23a-cf9e-11e5-8080-80014e0979e1"),
    ("27f6193b-60dc-44eb-a819-31659cc714bc", "2018-02-26T20:19:00Z", "47b29200-1b32-11e8-8080-8000550aff74"),
    ("User:17132", "2023-03-30T10:54:54.788Z", "4de49040-cee9-11ed-8080-80005ac58706"),
    ("1E42DEB6-7C2F-4DA9-B6E6-0C6E5CC9815D", "2018-11-14T15:54:45.268Z", "9b5b3540-e825-11e8-8080-800016ff21e4"),
    (
        "reaction:c535aed0-46cf-454a-9b4c-00378082095d",
        "2021-02-13T01:46:34.694904Z",
        "4dc481b0-6d9d-11eb-8080-800032def702",
    ),
]


@pytest.mark.parametrize(("foreign_id", "time", "expected"), VECTORS)
def test_known_ids(foreign_id: str, time: int | str, expected: str) -> None:
    micros = time * 1_000_000 if isinstance(time, int) else times.micros_of(time)
    assert derive(foreign_id, micros) == expected


def test_foreign_ids_whose_hashes_collide() -> None:
    for one, other in [("post:11588", "post:39779"), ("post:11579", "post:39788"), ("post:66865", "post:95630")]:
        assert hash_of(one) == hash_of(other)
        assert derive(one, 0) == derive(other, 0)
