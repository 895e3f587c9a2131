#include "nanobrain/run/event_proto.h"

#include <bit>

namespace nanobrain {

namespace {

enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

/// A message that grows field by field. Encoding:
/// https://protobuf.dev/programming-guides/encoding/
class Message {
 public:
  Message& varint(int field, uint64_t value) {
    key(field, kVarint);
    put_varint(value);
    return *this;
  }
  Message& float64(int field, double value) {
    key(field, kFixed64);
    put_fixed(std::bit_cast<uint64_t>(value));
    return *this;
  }
  Message& float32(int field, float value) {
    key(field, kFixed32);
    put_fixed(std::bit_cast<uint32_t>(value));
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
    for (; value >= 0x80; value >>= 7) {
      out_ += static_cast<char>(value | 0x80);
    }
    out_ += static_cast<char>(value);
  }
  template <class T>
  void put_fixed(T value) {
    for (size_t i = 0; i < sizeof(T); ++i) {
      out_ += static_cast<char>(value >> (8 * i));
    }
  }

  std::string out_;
};

// Event: 1 wall_time, 2 step, 3 file_version, 5 summary, 7 session_log
Message event(const EventTime& time) {
  return Message()
      .float64(1, time.wall_time_s)
      .varint(2, static_cast<uint64_t>(time.step));
}

} // namespace

std::string version_event(const EventTime& time) {
  return event(time).bytes(3, "brain.Event:2").text();
}

std::string session_start_event(const EventTime& time) {
  constexpr uint64_t kStart = 1;
  const auto session_log = Message().varint(1, kStart);
  return event(time).message(7, session_log).text();
}

std::string scalar_event(
    const EventTime& time, std::string_view tag, double value) {
  // Summary.Value: 1 tag, 2 simple_value
  const auto scalar =
      Message().bytes(1, tag).float32(2, static_cast<float>(value));
  return event(time).message(5, Message().message(1, scalar)).text();
}

std::string text_event(
    const EventTime& time, std::string_view tag, std::string_view text) {
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
  return event(time).message(5, Message().message(1, value)).text();
}

} // namespace nanobrain
