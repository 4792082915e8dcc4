#include "adopt/domain_start.h"

#include "adopt/domain_fixture.h"

namespace aerostat {
namespace {

using namespace literals;

std::string module(const std::string& model, int mib, int requested = 0) {
  return "    <memory model='" + model + "'><target><size unit='MiB'>" + std::to_string(mib) + "</size>" +
         "<requested unit='MiB'>" + std::to_string(requested) + "</requested></target></memory>\n";
}

TEST(DomainStart, IsWhatTheDomainBootsWith) {
  EXPECT_EQ(domain_start(domain_xml())->memory, 2_GiB);
  // libvirt's <memory> has the size of each memory device in it.
  EXPECT_EQ(domain_start(domain_xml(module("virtio-mem", 1536)))->memory, 512_MiB);
  EXPECT_EQ(domain_start(domain_xml(module("virtio-mem", 1536, 256)))->memory, 768_MiB);
  EXPECT_EQ(domain_start(domain_xml(module("dimm", 1024)))->memory, 2_GiB)
      << "a DIMM is there from the start";
}

TEST(DomainStart, RefusesWhatIsNoDomain) {
  for (const char* wrong : {"", "<domain/>", "<network/>", "domain"})
    EXPECT_FALSE(domain_start(wrong)) << wrong;
}

}  // namespace
}  // namespace aerostat
