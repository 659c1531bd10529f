"""The values of our topics with fastavro and the registry's HTTP API alone."""

# docs
import io, json, urllib.request
from functools import cache
import fastavro

@cache
def schema_of(registry, schema_id):
    with urllib.request.urlopen(f"{registry}/schemas/ids/{schema_id}") as answer:
        return fastavro.parse_schema(json.loads(json.load(answer)["schema"]))

def decode(registry, value):
    assert value[0] == 0, "not in the Confluent wire format: a zero byte, the schema's id in four bytes, Avro"
    return fastavro.schemaless_reader(io.BytesIO(value[5:]), schema_of(registry, int.from_bytes(value[1:5], "big")))
# end
