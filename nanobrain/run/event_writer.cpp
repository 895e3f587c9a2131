#include "nanobrain/run/event_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <string>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kPrefix = "events.out.tfevents.";

double now_s() {
  return std::chrono::duration<double>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// The time in the name of an event file; 0 for other names.
int64_t time_of(const std::string& name) {
  int64_t time = 0;
  if (name.starts_with(kPrefix)) {
    std::from_chars(
        name.data() + kPrefix.size(), name.data() + name.size(), time);
  }
  return time;
}

/// events.out.tfevents.TIME.HOST.PID, later than any in the folder: a run that
/// is resumed within the second would else be read before its first half.
fs::path new_file(const fs::path& directory) {
  auto time = static_cast<int64_t>(now_s());
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    time = std::max(time, time_of(entry.path().filename().string()) + 1);
  }
  require(
      !error,
      directory.string(),
      "cannot be listed: {}; check the path",
      error.message());
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '-';
  return directory /
         fmt::format("{}{:010}.{}.{}", kPrefix, time, host.data(), getpid());
}

constexpr uint32_t kPolynomial = 0x82f63b78; // Castagnoli's, bits reversed

constexpr std::array<uint32_t, 256> kTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    }
    table[byte] = crc;
  }
  return table;
}();

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4).
uint32_t crc32c(std::string_view bytes) {
  uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc = (crc >> 8) ^ kTable[(crc ^ static_cast<uint8_t>(byte)) & 0xff];
  }
  return ~crc;
}

/// A CRC of data that holds CRCs is weak: TFRecord rotates and offsets it.
uint32_t masked_crc(std::string_view bytes) {
  const uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

/// Little-endian, as the machine.
template <class T>
void append_bytes(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

/// One record as TFRecord frames it: length, its masked CRC, data, their masked
/// CRC (https://www.tensorflow.org/tutorials/load_data/tfrecord).
std::string tf_record(std::string_view data) {
  std::string record;
  append_bytes(uint64_t{data.size()}, record);
  append_bytes(masked_crc(record), record);
  record += data;
  append_bytes(masked_crc(data), record);
  return record;
}

enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

/// A message of protobuf that grows field by field
/// (https://protobuf.dev/programming-guides/encoding/); events are those of
/// tensorflow/core/util/event.proto and core/framework/summary.proto.
class Message {
 public:
  Message& varint(int field, uint64_t value) {
    key(field, kVarint);
    put_varint(value);
    return *this;
  }
  /// A float or a double.
  template <class T>
  Message& fixed(int field, T value) {
    key(field, sizeof(T) == 8 ? kFixed64 : kFixed32);
    out_.append(reinterpret_cast<const char*>(&value), sizeof(T));
    return *this;
  }
  Message& bytes(int field, std::string_view value) {
    key(field, kBytes);
    put_varint(value.size());
    out_ += value;
    return *this;
  }
  Message& message(int field, const Message& value) {
    return bytes(field, value.out_);
  }
  const std::string& text() const { return out_; }

 private:
  void key(int field, WireType type) {
    put_varint(static_cast<uint64_t>(field) << 3 | type);
  }
  void put_varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }

  std::string out_;
};

// Event: 1 wall_time, 2 step, 3 file_version, 5 summary, 7 session_log
Message event(int64_t step) {
  return Message().fixed(1, now_s()).varint(2, static_cast<uint64_t>(step));
}

void append_event(AppendFile& file, const Message& event) {
  file.append(tf_record(event.text()));
}

} // namespace

EventWriter::EventWriter(
    const fs::path& directory, std::optional<int64_t> purge_step)
    : file_(new_file(directory)) {
  append_event(file_, event(0).bytes(3, "brain.Event:2"));
  if (!purge_step) return;
  const auto start = Message().varint(1, 1); // SessionLog.START
  append_event(file_, event(*purge_step).message(7, start));
}

void EventWriter::add_scalar(std::string_view tag, double value, int64_t step) {
  // Summary.Value: 1 tag, 2 simple_value
  const auto scalar =
      Message().bytes(1, tag).fixed(2, static_cast<float>(value));
  append_event(file_, event(step).message(5, Message().message(1, scalar)));
}

void EventWriter::add_text(
    std::string_view tag, std::string_view text, int64_t step) {
  constexpr uint64_t kString = 7;          // DataType.DT_STRING
  constexpr uint64_t kDataClassTensor = 2; // DataClass.DATA_CLASS_TENSOR
  // TensorProto: 1 dtype, 2 tensor_shape (empty: a scalar), 8 string_val
  const auto tensor =
      Message().varint(1, kString).message(2, Message()).bytes(8, text);
  // SummaryMetadata: 1 plugin_data {1 plugin_name}, 4 data_class
  const auto metadata = Message()
                            .message(1, Message().bytes(1, "text"))
                            .varint(4, kDataClassTensor);
  // Summary.Value: 1 tag, 8 tensor, 9 metadata
  const auto value =
      Message().bytes(1, tag).message(8, tensor).message(9, metadata);
  append_event(file_, event(step).message(5, Message().message(1, value)));
}

} // namespace nanobrain
