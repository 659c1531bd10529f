import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Prints all committed records of topics as JSON lines: times as epoch ms, bytes as base64. Arguments: brokers, registry, topics. */
final class ReadTopics {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PrintStream OUT = new PrintStream(System.out, false, StandardCharsets.UTF_8);

  public static void main(String[] args) {
    var avro = new ConfluentAvro(args[1]);
    Map<String, Object> kafka = Map.of("bootstrap.servers", args[0], "isolation.level", "read_committed");
    for (String topic : List.of(args).subList(2, args.length)) read(topic, kafka, avro, ReadTopics::print);
    OUT.flush();
  }

  // docs
  static void read(String topic, Map<String, Object> kafka, ConfluentAvro avro, Consumer<ConsumerRecord<String, GenericRecord>> take) {
    try (var consumer = new KafkaConsumer<>(kafka, new StringDeserializer(), avro)) {
      var partitions = consumer.partitionsFor(topic).stream().map(one -> new TopicPartition(topic, one.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
        consumer.poll(Duration.ofSeconds(1)).forEach(take);
      }
    }
  }
  // end

  private static void print(ConsumerRecord<String, GenericRecord> record) {
    var line = new LinkedHashMap<String, Object>();
    line.put("topic", record.topic());
    line.put("partition", record.partition());
    line.put("offset", record.offset());
    line.put("key", record.key());
    line.put("timestamp", record.timestamp());
    var headers = new ArrayList<List<Object>>();
    for (Header header : record.headers()) headers.add(Arrays.asList(header.key(), header.value()));
    line.put("headers", headers);
    line.put("value", plain(record.value()));
    OUT.println(JSON.valueToTree(line));
  }

  /** An Avro value as Jackson takes it. */
  private static Object plain(Object value) {
    if (value instanceof GenericRecord record) {
      var fields = new LinkedHashMap<String, Object>();
      for (Schema.Field field : record.getSchema().getFields()) fields.put(field.name(), plain(record.get(field.pos())));
      return fields;
    }
    if (value instanceof List<?> list) return list.stream().map(ReadTopics::plain).toList();
    if (value instanceof CharSequence) return value.toString();
    if (value instanceof ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      return copy;
    }
    return value;
  }
}
