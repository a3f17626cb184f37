"""docs/placement.md once more, from its words alone: what the proxy does is held to this."""
import hashlib
import struct

MASK = (1 << 64) - 1


def _rotate(value, by):
    return ((value << by) | (value >> (64 - by))) & MASK


def siphash24(key, octets):
    """SipHash-2-4 of 64 bits, as its authors publish it."""
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def rounds(count):
        for _ in range(count):
            v[0] = (v[0] + v[1]) & MASK
            v[1] = _rotate(v[1], 13) ^ v[0]
            v[0] = _rotate(v[0], 32)
            v[2] = (v[2] + v[3]) & MASK
            v[3] = _rotate(v[3], 16) ^ v[2]
            v[0] = (v[0] + v[3]) & MASK
            v[3] = _rotate(v[3], 21) ^ v[0]
            v[2] = (v[2] + v[1]) & MASK
            v[1] = _rotate(v[1], 17) ^ v[2]
            v[2] = _rotate(v[2], 32)

    whole = len(octets) // 8 * 8
    last = octets[whole:].ljust(7, b"\0") + bytes([len(octets) & 0xFF])
    for word, in struct.iter_unpack("<Q", octets[:whole] + last):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _floor_log2_q32(entry):
    """The integer part of 2^32 · log2(1 + entry/4096), by squaring: no floating point."""
    bits = 256  # far more than the 32 squarings can lose
    value, out = ((4096 + entry) << bits) // 4096, 0
    for _ in range(32):
        value = (value * value) >> bits
        out <<= 1
        if value >> (bits + 1):
            value >>= 1
            out |= 1
    return out


TABLE = [_floor_log2_q32(entry) for entry in range(4096)] + [1 << 32]


def minus_log2(hash_):
    hash_ = hash_ or 1
    e = hash_.bit_length() - 1
    m = hash_ << (63 - e)
    i, f = (m >> 51) & 0xFFF, (m >> 19) & 0xFFFFFFFF
    return ((64 - e) << 32) - (TABLE[i] + (((TABLE[i + 1] - TABLE[i]) * f) >> 32))


def seed(class_name, namespace, name):
    return hashlib.sha256("\0".join(["postern/1", class_name, namespace, name]).encode()).digest()[:16]


def order(seed_, members, hashed):
    """Members, equal ones, in the order in which they stand in for each other."""
    score = {one: minus_log2(siphash24(seed_, f"{one}\0{hashed}".encode())) for one in members}
    return sorted(members, key=lambda one: (score[one], one.encode()))
