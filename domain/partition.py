"""A stream lives on one partition for ever: murmur2 of its id, as Kafka's default partitioner has it.

The registrar refuses a submission on another partition than its stream's; clients and the API route by the same rule.
Source: org.apache.kafka.common.utils.Utils.murmur2 (the algorithm is Austin Appleby's MurmurHash2).
"""

from __future__ import annotations

from functools import lru_cache

_M = 0x5BD1E995
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """MurmurHash2, 32 bit, seed 0x9747b28c: the hash that Kafka's Java client takes."""
    length = len(data)
    h = (0x9747B28C ^ length) & _MASK
    whole = length & ~3
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i : i + 4], "little") * _M & _MASK
        h = (h * _M & _MASK) ^ ((k ^ k >> 24) * _M & _MASK)
    if length != whole:
        h = (h ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    h = (h ^ h >> 13) * _M & _MASK
    return h ^ h >> 15


@lru_cache(maxsize=65_536)
def partition_of(stream: str, partitions: int) -> int:
    """The partition of a stream id among `partitions`."""
    return (murmur2(stream.encode()) & 0x7FFFFFFF) % partitions
