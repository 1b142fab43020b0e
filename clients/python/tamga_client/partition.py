"""A stream lives on one partition for ever: murmur2 of its id, as Kafka's partitioner `murmur2_random` has it.

The client hands the partition to the producer explicitly: a submission on another partition is refused
`intake.wrong_partition`. Source: org.apache.kafka.common.utils.Utils.murmur2 (Austin Appleby's MurmurHash2).
"""

from __future__ import annotations

_FACTOR = 0x5BD1E995
_SEED = 0x9747B28C
_BITS = 0xFFFFFFFF


def partition_of(stream: str, partitions: int) -> int:
    """The partition of a stream id among `partitions`."""
    return (_murmur2(stream.encode()) & 0x7FFFFFFF) % partitions


def _murmur2(data: bytes) -> int:
    found = _SEED ^ len(data)
    whole = len(data) // 4 * 4
    for start in range(0, whole, 4):
        part = int.from_bytes(data[start : start + 4], "little") * _FACTOR & _BITS
        part = (part ^ part >> 24) * _FACTOR & _BITS
        found = (found * _FACTOR & _BITS) ^ part
    if rest := data[whole:]:
        found = (found ^ int.from_bytes(rest, "little")) * _FACTOR & _BITS
    found = (found ^ found >> 13) * _FACTOR & _BITS
    return found ^ found >> 15
