#include "adopt/start_memory.h"

#include "adopt/domain_fixture.h"

namespace aerostat {
namespace {

using namespace literals;

std::string module(const std::string& model, int mib, int requested = 0) {
  return "    <memory model='" + model + "'><target><size unit='MiB'>" + std::to_string(mib) + "</size>" +
         "<requested unit='MiB'>" + std::to_string(requested) + "</requested></target></memory>\n";
}

TEST(StartMemory, IsWhatTheDomainBootsWith) {
  EXPECT_EQ(start_memory(domain_xml()), 2_GiB);
  // libvirt's <memory> has the size of each memory device in it.
  EXPECT_EQ(start_memory(domain_xml(module("virtio-mem", 1536))), 512_MiB);
  EXPECT_EQ(start_memory(domain_xml(module("virtio-mem", 1536, 256))), 768_MiB);
  EXPECT_EQ(start_memory(domain_xml(module("dimm", 1024))), 2_GiB) << "a DIMM is there from the start";
}

TEST(StartMemory, RefusesWhatIsNoDomain) {
  for (const char* wrong : {"", "<domain/>", "<network/>", "domain"})
    EXPECT_FALSE(start_memory(wrong)) << wrong;
}

}  // namespace
}  // namespace aerostat
