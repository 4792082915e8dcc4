// For tests: VMs with names, and the balancer's wish for each by name. The policy itself knows only places.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "policy/balance.h"

namespace aerostat::named {

struct Vm : VmView {
  std::string name;
};

struct NamedWish : Wish {
  std::string vm;
  Bytes from;
  bool shrinks() const { return to < from; }
};

inline std::string reason(const NamedWish& wish) { return why(wish, wish.from); }

struct Host {
  Bytes capacity;
  std::vector<Vm> vms;
};

inline std::vector<NamedWish> balance(const Host& host) {
  HostView view;
  view.capacity = host.capacity;
  view.vms.assign(host.vms.begin(), host.vms.end());
  std::vector<NamedWish> out;
  for (const Wish& wish : aerostat::balance(view)) {
    const Vm& vm = host.vms.at(wish.place);
    out.push_back({wish, vm.name, vm.target});
  }
  return out;
}

inline NamedWish wish_of(const std::vector<NamedWish>& wishes, const std::string& name) {
  const auto found =
      std::find_if(wishes.begin(), wishes.end(), [&](const NamedWish& w) { return w.vm == name; });
  EXPECT_NE(found, wishes.end()) << name;
  return found == wishes.end() ? NamedWish{} : *found;
}

}  // namespace aerostat::named
