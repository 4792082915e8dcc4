// GuestChannel: a GuestLink over the unix socket of a VM's virtio-serial port. Connects, and connects again;
// never blocks; holds at most a few KiB for a guest that does not read, and reads little from one that
// misbehaves. All calls and callbacks are on the io_context's one thread. It may be destroyed at any time on
// that thread, also from within its listener's callback.
#pragma once

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

#include "base/clock.h"
#include "guest/guest_link.h"

namespace aerostat {

class GuestChannel final : public GuestLink {
 public:
  // `port` is the chardev's (QEMU: server=on,wait=off). Everything passed by reference must outlive this.
  GuestChannel(boost::asio::io_context& io, VmId vm, std::string name, GuestPort port, const Clock& clock,
               GuestListener& listener);
  ~GuestChannel() override;
  GuestChannel(const GuestChannel&) = delete;
  GuestChannel& operator=(const GuestChannel&) = delete;

  const GuestState& state() const override;
  void set_low_mark(Bytes available) override;
  void expect_growth(Bytes target) override;
  void prepare_shrink(Bytes amount) override;
  void guest_reset() override;
  // Until it is set, 1 PiB.
  void set_most_visible(Bytes most) override;
  // How often a guest did not read what was sent to it, so that the connection was given up.
  std::uint64_t overflows() const;

 private:
  class Connection;
  std::shared_ptr<Connection> connection_;
};

}  // namespace aerostat
