"""Where somebody calls from, as far as it tells one from another."""

from ipaddress import IPv6Address, ip_address

NOWHERE = "unknown"
SUBSCRIBER_BITS = 64
"""What one subscriber is given of IPv6 at least (RFC 6177): counted as one address."""


def network_of(address: str) -> str:
    """The network that is counted as one caller: an IPv4 address, or the /64 of an IPv6 address.

    >>> network_of("2001:db8::7"), network_of("::ffff:192.0.2.1"), network_of("a pipe")
    ('2001:db8::/64', '192.0.2.1', 'unknown')
    """
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return NOWHERE
    if not isinstance(read, IPv6Address):
        return str(read)
    if read.ipv4_mapped:
        return str(read.ipv4_mapped)
    bits = 128 - SUBSCRIBER_BITS
    return f"{IPv6Address(int(read) >> bits << bits)}/{SUBSCRIBER_BITS}"
