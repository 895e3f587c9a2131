// fmt's implementation, compiled once from the headers that LibTorch carries.
// Its symbols are hidden, so that they meet no other fmt in the process.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE

template FMT_API auto detail::dragonbox::to_decimal(float x) noexcept
    -> detail::dragonbox::decimal_fp<float>;
template FMT_API auto detail::dragonbox::to_decimal(double x) noexcept
    -> detail::dragonbox::decimal_fp<double>;
template FMT_API auto detail::thousands_sep_impl(locale_ref)
    -> detail::thousands_sep_result<char>;
template FMT_API auto detail::decimal_point_impl(locale_ref) -> char;

template FMT_API auto locale_ref::get<std::locale>() const -> std::locale;

FMT_END_NAMESPACE
