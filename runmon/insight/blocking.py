"""Signs that a page is not the page that was asked for: a wall, a puzzle, a refusal."""

from __future__ import annotations

from collections.abc import Iterator

LOOKED_AT = 256 * 1024
"""Bytes of a page's source in which marks are looked for."""
_IN_TEXT = {
    "captcha": "captcha",
    "access denied": "access denied",
    "you have been blocked": "blocked",
    "request blocked": "blocked",
    "are you a human": "human check",
    "are you a robot": "human check",
    "not a robot": "human check",
    "verify you are human": "human check",
    "verifying you are human": "human check",
    "pardon our interruption": "Imperva",
    "unusual traffic": "unusual traffic",
    "too many requests": "too many requests",
    "just a moment": "Cloudflare challenge",
    "attention required!": "Cloudflare block",
    "enable javascript and cookies": "JavaScript wanted",
    "please enable cookies": "cookies wanted",
    "403 forbidden": "403",
    "service unavailable": "503",
}
_IN_SOURCE = {
    b"cf-chl-": "Cloudflare challenge",
    b"challenge-platform": "Cloudflare challenge",
    b"g-recaptcha": "reCAPTCHA",
    b"recaptcha/api.js": "reCAPTCHA",
    b"hcaptcha.com": "hCaptcha",
    b"px-captcha": "PerimeterX",
    b"captcha-delivery.com": "DataDome",
    b"_incapsula_resource": "Imperva",
    b"awswafcookiedomainlist": "AWS WAF",
    b"errors.edgesuite.net": "Akamai",
}
SHORT_TEXT = 6000
"""Characters beyond which words such as "captcha" are more likely the page's own matter."""


def signs(text: str, source: bytes) -> list[str]:
    """What speaks for a wall, in words; empty where nothing does."""
    return list(dict.fromkeys(_found(text, source)))


def _found(text: str, source: bytes) -> Iterator[str]:
    low = source[:LOOKED_AT].lower()
    yield from (name for mark, name in _IN_SOURCE.items() if mark in low)
    if len(text) <= SHORT_TEXT:
        words = text.lower()
        yield from (name for mark, name in _IN_TEXT.items() if mark in words)
