#include "blast/sim/draws.hpp"
#include "blast/sim/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace blast::sim {

namespace {

auto find_device(const std::vector<Device>& devices, std::string_view id) {
    return std::find_if(
        devices.begin(), devices.end(), [id](const Device& device) { return device.id == id; });
}

} // namespace

std::string Account::own_number(std::string_view device) const {
    const auto found = find_device(devices, device);
    if (found != devices.end() && !found->number.empty()) {
        return found->number;
    }
    const std::uint64_t drawn =
        Draws(std::hash<std::string_view>{}(device)).bits(0, Purpose::device_number);
    return fmt::format("6011{:08}", drawn % 100'000'000);
}

bool Account::knows(std::string_view device) const {
    return devices.empty() || find_device(devices, device) != devices.end();
}

} // namespace blast::sim
