"""A stream's partition is the one that Kafka's own default partitioner would choose."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as kafkas

from domain.partition import murmur2, partition_of

# Kafka's own test vectors: org.apache.kafka.common.utils.UtilsTest.testMurmur2, as signed 32-bit integers.
VECTORS = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("data", "signed"), VECTORS.items())
def test_murmur2_is_the_java_clients(data: bytes, signed: int) -> None:
    assert murmur2(data) == signed % 2**32


@settings(deadline=None)
@given(data=st.binary(max_size=300))
def test_murmur2_is_kafka_pythons(data: bytes) -> None:
    assert murmur2(data) == kafkas(data) % 2**32


@settings(deadline=None)
@given(stream=st.uuids().map(str), partitions=st.integers(1, 1024))
def test_a_stream_has_one_partition_among_those_there_are(stream: str, partitions: int) -> None:
    found = partition_of(stream, partitions)
    assert 0 <= found < partitions
    assert found == (kafkas(stream.encode()) & 0x7FFFFFFF) % partitions


def test_streams_spread_over_all_partitions() -> None:
    assert {partition_of(str(UUID(int=n << 64)), 4) for n in range(64)} == {0, 1, 2, 3}
