// GuestChannel: a GuestLink over the unix socket of a VM's virtio-serial port. It connects and reconnects,
// and never blocks. It holds at most a few KiB for a guest that does not read, and reads little from one that
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
  // 1 PiB until it is set.
  void set_most_visible(Bytes most) override;
  // How often a connection was given up because the guest did not read.
  std::uint64_t overflows() const;

 private:
  class Connection;
  std::shared_ptr<Connection> connection_;
};

}  // namespace aerostat
