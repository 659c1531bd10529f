"""Prints all committed records of topics as JSON lines: times as epoch ms, bytes as base64."""

import argparse
import json
from base64 import b64encode
from datetime import datetime, timedelta, timezone

import plain_avro
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer

# docs
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

def read(topic, kafka, from_avro):
    consumer = Consumer({"group.id": "notebook", "enable.auto.commit": False, "enable.partition.eof": True, **kafka})
    unread = set(consumer.list_topics(topic).topics[topic].partitions)
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in unread])
    while unread:
        message = consumer.poll()
        if message.error() is None:
            yield message, from_avro(message.value())
        elif message.error().code() == KafkaError._PARTITION_EOF:
            unread.discard(message.partition())
# end


EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def to_json(value):
    """What JSON has no word for."""
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(milliseconds=1)
    return b64encode(value).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("brokers", "registry"):
        parser.add_argument(name)
    parser.add_argument("topics", nargs="+")
    parser.add_argument("--plain", action="store_true", help="decode with fastavro alone")
    options = parser.parse_args()
    if options.plain:
        from_avro = lambda value: plain_avro.decode(options.registry, value)
    else:
        from_avro = AvroDeserializer(SchemaRegistryClient({"url": options.registry}))
    for topic in options.topics:
        for message, value in read(topic, {"bootstrap.servers": options.brokers}, from_avro):
            record = {
                "topic": topic,
                "partition": message.partition(),
                "offset": message.offset(),
                "key": message.key().decode(),
                "timestamp": message.timestamp()[1],
                "headers": message.headers() or [],
                "value": value,
            }
            print(json.dumps(record, default=to_json, allow_nan=False))


main()
