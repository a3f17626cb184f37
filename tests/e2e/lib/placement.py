"""Where users belong, computed a second time and from docs/placement.md alone, for stories that have
to know it before they look."""
import functools
import hashlib
from decimal import Decimal, getcontext

MASK = (1 << 64) - 1


def seed(ingress_class, namespace, server):
    return hashlib.sha256("\0".join(["postern/1", ingress_class, namespace, server]).encode()
                          ).digest()[:16]


def _rotated(x, by):
    return ((x << by) | (x >> (64 - by))) & MASK


def _round(v):
    v[0] = (v[0] + v[1]) & MASK
    v[1] = _rotated(v[1], 13) ^ v[0]
    v[0] = _rotated(v[0], 32)
    v[2] = (v[2] + v[3]) & MASK
    v[3] = _rotated(v[3], 16) ^ v[2]
    v[0] = (v[0] + v[3]) & MASK
    v[3] = _rotated(v[3], 21) ^ v[0]
    v[2] = (v[2] + v[1]) & MASK
    v[1] = _rotated(v[1], 17) ^ v[2]
    v[2] = _rotated(v[2], 32)


def siphash(key, octets):
    k = [int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")]
    v = [k[0] ^ 0x736F6D6570736575, k[1] ^ 0x646F72616E646F6D,
         k[0] ^ 0x6C7967656E657261, k[1] ^ 0x7465646279746573]
    padded = octets + bytes(7 - len(octets) % 8) + bytes([len(octets) % 256])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at:at + 8], "little")
        v[3] ^= word
        _round(v)
        _round(v)
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(4):
        _round(v)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


@functools.cache
def _table():
    getcontext().prec = 50
    two = Decimal(2).ln()
    return [int((1 + Decimal(i) / 4096).ln() / two * 2 ** 32) for i in range(4096)] + [1 << 32]


def minus_log2(number):
    number = number or 1
    highest = number.bit_length() - 1
    mantissa = number << (63 - highest)
    index, rest = (mantissa >> 51) & 0xFFF, (mantissa >> 19) & 0xFFFFFFFF
    low, high = _table()[index], _table()[index + 1]
    return ((64 - highest) << 32) - (low + ((high - low) * rest >> 32))


def order(key, members, name):
    """`members`: weights by name, or names of one weight. The best first."""
    weights = members if isinstance(members, dict) else dict.fromkeys(members, 1)

    def score(member):
        logarithm = minus_log2(siphash(key, member.encode() + b"\0" + name.encode()))
        return functools.cmp_to_key(_compare)((weights[member], logarithm, member))
    return sorted(weights, key=score)


def _compare(a, b):
    left, right = a[0] * b[1], b[0] * a[1]
    if left != right:
        return -1 if left > right else 1
    return -1 if a[2] < b[2] else 1


def share(key, backends, name):
    """Of several backends of a rule with their weights, the one that he belongs to."""
    return order(key, {"backend/" + word: weight for word, weight in backends.items()},
                 name)[0].removeprefix("backend/")
