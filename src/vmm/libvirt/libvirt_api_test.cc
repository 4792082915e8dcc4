#include "vmm/libvirt/libvirt_api.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aerostat {
namespace {

using ::testing::HasSubstr;

TEST(LibvirtApi, SaysThatThereIsNoLibvirt) {
  const auto api = load_libvirt("libvirt.so.of-nobody");
  ASSERT_FALSE(api);
  EXPECT_EQ(api.error().kind, Error::Kind::Unavailable);
  EXPECT_THAT(api.error().message, HasSubstr("there is no libvirt on this host"));
}

TEST(LibvirtApi, SaysWhichFunctionsALibraryLacks) {
  const auto api = load_libvirt("libc.so.6");
  ASSERT_FALSE(api);
  EXPECT_THAT(api.error().message, HasSubstr("libc.so.6 lacks virInitialize, "));
}

TEST(LibvirtApi, FindsAllFunctionsInTheRealLibrary) {
  void* const there = dlopen(kLibvirtLibrary, RTLD_LAZY);
  if (there == nullptr) GTEST_SKIP() << kLibvirtLibrary << " is not installed";
  const auto api = load_libvirt();
  ASSERT_TRUE(api) << api.error().message;
  // libvirt's own test driver needs no daemon.
  const auto connection = libvirt_open(*api, "test:///default");
  ASSERT_TRUE(connection) << connection.error().message;
  const auto domains = libvirt_domains(*api, connection->get());
  ASSERT_TRUE(domains) << domains.error().message;
  ASSERT_EQ(domains->size(), 1u);
  const std::string name = api->virDomainGetName(domains->front().get());
  const auto xml = libvirt_xml(*api, domains->front().get());
  ASSERT_TRUE(xml);
  EXPECT_THAT(*xml, HasSubstr("<name>" + name + "</name>"));
  EXPECT_TRUE(libvirt_domain(*api, connection->get(), name));
}

TEST(LibvirtApi, TellsADomainThatIsNotThereFromAPeerThatIsNot) {
  const auto api = load_libvirt();
  if (!api) GTEST_SKIP() << api.error().message;
  const auto connection = libvirt_open(*api, "test:///default");
  ASSERT_TRUE(connection);
  const auto nobody = libvirt_domain(*api, connection->get(), "nobody");
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().kind, Error::Kind::NotFound);
  EXPECT_THAT(nobody.error().message, HasSubstr("domain 'nobody': "));
  const auto nowhere = libvirt_open(*api, "qemu+unix:///system?socket=/nowhere/libvirt-sock");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, Error::Kind::Unavailable);
}

}  // namespace
}  // namespace aerostat
