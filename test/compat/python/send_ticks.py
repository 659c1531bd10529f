"""Sends the ticks of a CSV file (standard input) to a topic, with headers that name their row. Without symbols the client's partitioner decides."""

import argparse
import csv
import sys

from confluent_kafka import KafkaException

# docs
from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

def send(ticks, topic, kafka, registry, symbols):
    producer = Producer(kafka)
    to_avro = AvroSerializer(SchemaRegistryClient({"url": registry}), conf={"auto.register.schemas": False, "use.latest.version": True})
    for tick, headers in ticks:
        value = to_avro(tick, SerializationContext(topic, MessageField.VALUE))
        partition = symbols.index(tick["symbol"]) if symbols else -1
        producer.produce(topic, value, tick["symbol"], partition, timestamp=tick["event_time"], headers=headers)
        producer.poll(0 if len(producer) < 10_000 else 1)
    producer.flush()
# end


NUMBERS = {"event_time": int, "bid": float, "ask": float, "last": float, "volume": float, "seq": int}


def read_ticks(file):
    """Every tick with its headers. A field whose cell is empty is left to the schema's default."""
    for row, cells in enumerate(csv.DictReader(file), start=1):
        tick = {name: NUMBERS.get(name, str)(cell) for name, cell in cells.items() if cell != ""}
        yield tick, [("traceparent", f"00-{row:032x}-{row:016x}-01"), ("desk", b"\x00\xff"), ("hop", None), ("hop", b"2")]


def stop_if_lost(error, _message):
    if error is not None:
        raise KafkaException(error)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("brokers", "registry", "topic"):
        parser.add_argument(name)
    parser.add_argument("symbols", nargs="*", help="the symbol of each partition, in order")
    parser.add_argument("--partitioner", help="librdkafka's name of one; default: librdkafka's own choice")
    options = parser.parse_args()
    kafka = {"bootstrap.servers": options.brokers, "on_delivery": stop_if_lost}
    if options.partitioner is not None:
        kafka["partitioner"] = options.partitioner
    send(read_ticks(sys.stdin), options.topic, kafka, options.registry, options.symbols)


main()
