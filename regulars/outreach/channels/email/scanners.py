"""Programs that open links before anybody reads the letter, told by what they call themselves. Data, and one question.

A scanner that calls itself a browser is told by its haste instead (`services.following`).
"""

from __future__ import annotations

from collections.abc import Mapping

# Parts of names, in small letters.
CRAWLERS = ("bot", "crawl", "spider", "slurp", "archiver", "fetcher", "monitor", "checker", "validator", "lighthouse")
PREVIEWS = (
    "preview",
    "facebookexternalhit",
    "whatsapp",
    "skype",
    "embedly",
    "iframely",
    "unfurl",
    "mastodon",
    "signal/",
)
FILTERS = (
    "scan", "safelinks", "mimecast", "proofpoint", "barracuda", "symantec", "messagelabs", "trendmicro", "trend micro",
    "forcepoint", "fireeye", "trellix", "bitdefender", "sophos", "ironport", "cloudmark", "vadesecure", "netcraft",
    "virustotal", "zgrab", "masscan", "nmap", "kaspersky", "avast", "mcafee", "eset", "fortiguard", "zscaler",
)  # fmt: skip
LIBRARIES = (
    "curl", "wget", "python", "aiohttp", "httpx", "urllib", "go-http-client", "java/", "okhttp", "libwww", "axios",
    "node-fetch", "undici", "headless", "phantomjs", "puppeteer", "playwright", "selenium", "ruby", "perl", "php/",
    "guzzle", "apache-httpclient", "postman", "insomnia", "winhttp", "cfnetwork",
)  # fmt: skip
PROGRAMS = (*CRAWLERS, *PREVIEWS, *FILTERS, *LIBRARIES)
# A browser that looks ahead says so in one of these.
LOOKS_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
AHEAD = ("prefetch", "prerender", "preview")


def is_a_program(headers: Mapping[str, str]) -> bool:
    """Is this request surely nobody's reading: a program by its name, a nameless one, or a browser looking ahead?"""
    name = headers.get("User-Agent", "").strip().lower()
    if not name or any(part in name for part in PROGRAMS):
        return True
    return any(word in headers.get(header, "").lower() for header in LOOKS_AHEAD for word in AHEAD)
