# SPDX-License-Identifier: MIT
"""Capture files in memory: reading those of the scenario player, and writing any link type."""

import ipaddress
import struct

LINK_ETHERNET = 1
LINK_RAW = 101


def read(path):
    """Packets of a pcap file in this machine's byte order, as (seconds, bytes)."""
    data = path.read_bytes()
    magic, _, _, _, _, _ = struct.unpack_from("=IIIIII", data)
    assert magic == 0xa1b2c3d4
    packets, at = [], 24
    while at < len(data):
        seconds, micros, length, _ = struct.unpack_from("=IIII", data, at)
        packets.append((seconds + micros / 1e6, data[at + 16:at + 16 + length]))
        at += 16 + length
    return packets


def write(path, packets, link=LINK_RAW):
    with open(path, "wb") as file:
        file.write(struct.pack("=IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link))
        for seconds, data in packets:
            file.write(struct.pack("=IIII", int(seconds), round(seconds % 1 * 1e6), len(data),
                                   len(data)) + data)


def write_ng(path, packets, link=LINK_RAW):
    """The same as pcapng."""
    with open(path, "wb") as file:
        file.write(struct.pack("=IIIHHqI", 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28))
        file.write(struct.pack("=IIHHII", 1, 20, link, 0, 65535, 20))
        for seconds, data in packets:
            padded = data + bytes(-len(data) % 4)
            stamp = round(seconds * 1e6)
            total = 32 + len(padded)
            file.write(struct.pack("=IIIIIII", 6, total, 0, stamp >> 32, stamp & 0xffffffff,
                                   len(data), len(data)) + padded + struct.pack("=I", total))


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def sent_by(packet):
    """Source and destination of a raw IPv4 packet, as text."""
    return (str(ipaddress.ip_address(packet[12:16])), str(ipaddress.ip_address(packet[16:20])))


def payload(packet):
    """What the UDP datagram of a raw IPv4 packet carries."""
    return packet[28:]


def ipv4(source, target, protocol, data, identity=1, fragment=0):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(data), identity, fragment, 64, protocol,
                       0, ipaddress.ip_address(source).packed, ipaddress.ip_address(target).packed)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + data


def ipv6(source, target, protocol, data):
    return struct.pack("!IHBB16s16s", 6 << 28, len(data), protocol, 64,
                       ipaddress.ip_address(source).packed,
                       ipaddress.ip_address(target).packed) + data


def with_sum(source, target, protocol, data, place):
    """A UDP datagram or TCP segment with its checksum."""
    pseudo = (ipaddress.ip_address(source).packed + ipaddress.ip_address(target).packed +
              (struct.pack("!IHBB", len(data), 0, 0, protocol)
               if ":" in source else struct.pack("!BBH", 0, protocol, len(data))))
    value = checksum(pseudo + data) or 0xffff
    return data[:place] + struct.pack("!H", value) + data[place + 2:]


def udp(source, target, data, ports=(5060, 5060)):
    head = struct.pack("!HHHH", *ports, 8 + len(data), 0)
    return with_sum(source, target, 17, head + data, 6)


def tcp(source, target, data, ports, sequence, acknowledged, flags=0x18):
    head = struct.pack("!HHIIBBHHH", *ports, sequence & 0xffffffff, acknowledged & 0xffffffff,
                       5 << 4, flags, 65535, 0, 0)
    return with_sum(source, target, 6, head + data, 16)


def ethernet(packet, vlan=None):
    kind = 0x86dd if packet[0] >> 4 == 6 else 0x0800
    tag = struct.pack("!HH", 0x8100, vlan) if vlan is not None else b""
    return bytes(range(2, 14)) + tag + struct.pack("!H", kind) + packet
