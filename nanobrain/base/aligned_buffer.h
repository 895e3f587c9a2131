// An array that starts at a cache line.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace nanobrain {

/// `size` elements of a trivial type, 64-byte aligned, zeros at first.
template <class T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size)
      : data_(static_cast<T*>(
            ::operator new[](size * sizeof(T), std::align_val_t(kAlignment)))),
        size_(size) {
    std::fill_n(data_.get(), size, T{});
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return data_.get()[i]; }
  const T& operator[](size_t i) const { return data_.get()[i]; }

 private:
  static constexpr size_t kAlignment = 64;
  struct Free {
    void operator()(T* data) const {
      ::operator delete[](data, std::align_val_t(kAlignment));
    }
  };
  std::unique_ptr<T, Free> data_;
  size_t size_ = 0;
};

} // namespace nanobrain
