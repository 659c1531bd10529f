import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends the ticks of a CSV file (standard input) to a topic, with headers that name their row. Arguments: brokers, registry, topic, and the
 * symbol of each partition in order; without symbols the client's partitioner decides.
 */
final class SendTicks {
  record OutgoingTick(GenericRecord tick, Headers headers) {}

  public static void main(String[] args) throws Exception {
    var avro = new ConfluentAvro(args[1]);
    List<String> lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines().toList();
    Schema schema = avro.latest(args[2] + "-value");
    String[] columns = lines.get(0).split(",");
    List<OutgoingTick> ticks =
        IntStream.range(1, lines.size()).mapToObj(row -> new OutgoingTick(tickOf(schema, columns, lines.get(row)), headersOf(row))).toList();
    Callback stopIfLost = (metadata, error) -> {
      if (error == null) return;
      error.printStackTrace();
      Runtime.getRuntime().halt(1);
    };
    send(ticks, args[2], Map.of("bootstrap.servers", args[0]), avro, List.of(args).subList(3, args.length), stopIfLost);
  }

  // docs
  static void send(List<OutgoingTick> ticks, String topic, Map<String, Object> kafka, ConfluentAvro avro, List<String> symbols, Callback sent) {
    try (var producer = new KafkaProducer<>(kafka, new StringSerializer(), avro)) {
      for (OutgoingTick one : ticks) {
        String symbol = one.tick().get("symbol").toString();
        Integer partition = symbols.isEmpty() ? null : symbols.indexOf(symbol);
        Long time = (Long) one.tick().get("event_time");
        producer.send(new ProducerRecord<>(topic, partition, time, symbol, one.tick(), one.headers()), sent);
      }
    }
  }
  // end

  /** A field whose cell is empty is left to the schema's default. */
  private static GenericRecord tickOf(Schema schema, String[] columns, String line) {
    var tick = new GenericRecordBuilder(schema);
    String[] cells = line.split(",");
    for (int i = 0; i < cells.length; i++) {
      if (cells[i].isEmpty()) continue;
      tick.set(columns[i], switch (columns[i]) {
        case "symbol", "source_id" -> cells[i];
        case "event_time", "seq" -> (Object) Long.parseLong(cells[i]);
        default -> Double.parseDouble(cells[i]);
      });
    }
    return tick.build();
  }

  private static Headers headersOf(int row) {
    return new RecordHeaders()
        .add("traceparent", String.format("00-%032x-%016x-01", row, row).getBytes(StandardCharsets.US_ASCII))
        .add("desk", new byte[] {0, -1})
        .add("hop", null)
        .add("hop", new byte[] {'2'});
  }
}
