"""Where a webhook may lead: every way around it is a row."""

from __future__ import annotations

import ipaddress

import pytest

from infra.webhooks.guard import ForbiddenAddressError, check_url, may_reach, networks, resolved

LOOPBACK = networks("127.0.0.0/8, ::1/128")


@pytest.mark.parametrize(
    "url",
    [
        "https://system.example/tamga",
        "https://system.example:8443/tamga?of=mn.npa",
        "https://93.184.216.34/",
        "https://[2606:4700::1111]:8443/",
    ],
)
def test_public_addresses_over_https_are_taken(url: str) -> None:
    check_url(url, ())


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://system.example/", "https"),
        ("ftp://system.example/", "https"),
        ("file:///etc/passwd", "well-formed"),
        ("system.example", "well-formed"),
        ("https://", "well-formed"),
        ("https://system.example:99999/", "well-formed"),
        ("https://system.example:0/", "well-formed"),
        ("https://[::1/", "well-formed"),
        ("https://system.example/a b", "well-formed"),
        ("https://system.example/a\r\nx: y", "well-formed"),
        ("https://système.example/", "well-formed"),
        ("https://system.example/" + "a" * 2_000, "well-formed"),
        ("https://user:word@system.example/", "user"),
        ("https://@system.example/", "user"),
        ("https://system.example/#part", "fragment"),
        ("https://127.0.0.1/", "public"),
        ("http://127.0.0.1/", "public"),
        ("https://[::1]/", "public"),
        ("https://10.1.2.3/", "public"),
        ("https://169.254.169.254/latest/meta-data", "public"),
        ("https://[::ffff:127.0.0.1]/", "public"),
        ("http://10.1.2.3/", "https"),
        ("http://localhost/", "https"),
    ],
)
def test_other_urls_are_refused_and_it_is_said_why(url: str, said: str) -> None:
    with pytest.raises(ForbiddenAddressError, match=said):
        check_url(url, ())


def test_a_network_that_the_settings_name_is_reached() -> None:
    check_url("https://10.1.2.3/", networks("10.1.0.0/16"))
    check_url("http://127.0.0.1:8080/tamga", LOOPBACK)
    check_url("http://[::1]:8080/tamga", LOOPBACK)
    with pytest.raises(ForbiddenAddressError):
        check_url("https://10.2.2.3/", networks("10.1.0.0/16"))
    with pytest.raises(ForbiddenAddressError, match="TAMGA_WEBHOOK_NETWORKS"):
        networks("10.1.0.0/33")


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "192.0.2.1", "::", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_no_address_inside_is_reached_under_any_of_its_names(address: str) -> None:
    assert not may_reach(ipaddress.ip_address(address), ())


def test_a_name_is_looked_at_by_what_it_leads_to() -> None:
    with pytest.raises(ForbiddenAddressError):
        resolved("localhost", 443, ())
    assert resolved("127.0.0.1", 443, LOOPBACK) == ["127.0.0.1"]
