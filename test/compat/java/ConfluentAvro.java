import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/** Avro in the Confluent wire format: a zero byte, the schema's id in four bytes, the record. Schemas come from the registry's Confluent API. */
final class ConfluentAvro implements Serializer<GenericRecord>, Deserializer<GenericRecord> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private final String registry;
  private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();
  private final Map<Schema, Integer> ids = new ConcurrentHashMap<>();

  ConfluentAvro(String registry) {
    this.registry = registry;
  }

  /** The newest schema of a subject: records of it can be serialized from now on. */
  Schema latest(String subject) {
    JsonNode version = get("/subjects/" + subject + "/versions/latest");
    Schema schema = new Schema.Parser().parse(version.get("schema").textValue());
    ids.put(schema, version.get("id").intValue());
    return schema;
  }

  @Override
  public byte[] serialize(String topic, GenericRecord record) {
    Schema schema = record.getSchema();
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(ByteBuffer.allocate(5).putInt(1, ids.get(schema)).array());
    try {
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
      encoder.flush();
    } catch (IOException error) {
      throw new SerializationException(error);
    }
    return bytes.toByteArray();
  }

  @Override
  public GenericRecord deserialize(String topic, byte[] value) {
    if (value[0] != 0) throw new SerializationException("not in the Confluent wire format");
    Schema schema = schemas.computeIfAbsent(ByteBuffer.wrap(value).getInt(1), this::byId);
    try {
      return new GenericDatumReader<GenericRecord>(schema).read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
    } catch (IOException error) {
      throw new SerializationException(error);
    }
  }

  private Schema byId(int id) {
    return new Schema.Parser().parse(get("/schemas/ids/" + id).get("schema").textValue());
  }

  private JsonNode get(String path) {
    try {
      var answer = http.send(HttpRequest.newBuilder(URI.create(registry + path)).build(), BodyHandlers.ofString());
      if (answer.statusCode() != 200) throw new IOException(path + ": " + answer.body());
      return JSON.readTree(answer.body());
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    } catch (InterruptedException error) {
      throw new SerializationException(error);
    }
  }

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {}

  @Override
  public void close() {}
}
