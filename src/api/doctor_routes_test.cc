#include "api/doctor_routes.h"

#include <gtest/gtest.h>

#include "api/fake_manager.h"

namespace aerostat {
namespace {

class DoctorRoutes : public ::testing::Test {
 protected:
  ApiAnswer get(const std::string& target) {
    ApiRequest request;
    request.method = "GET";
    request.target = target;
    request.principal.name = "test";
    ApiAnswer out;
    answer(services, request, [&out](ApiAnswer given) { out = std::move(given); });
    return out;
  }
  FakeManager manager;
  Services services{.manager = manager, .doctor = [] {
                      return Findings{{"clock", Severity::Ok, "", "plausible", "", ""},
                                      {"devices", Severity::Problem, "web", "none", "no balloon", "adopt"},
                                      {"vm", Severity::Ok, "db", "fine", "", ""}};
                    }};
};

TEST_F(DoctorRoutes, ListWhatWasFound) {
  const Json items = Json::parse(get("/v1/doctor").body)["items"];
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(
      items[0].dump(),
      R"({"check":"clock","severity":"ok","vm":null,"text":"plausible","evidence":null,"remedy":null})");
  EXPECT_EQ(items[1]["severity"], "problem");
  EXPECT_EQ(items[1]["vm"], "web");
}

TEST_F(DoctorRoutes, OfOneVmAreItsOwn) {
  manager.add_vm("web");
  const Json items = Json::parse(get("/v1/vms/web/doctor").body)["items"];
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0]["check"], "devices");
  EXPECT_EQ(get("/v1/vms/nobody/doctor").status, 404);
}

TEST_F(DoctorRoutes, WithoutADoctorSaySo) {
  services.doctor = nullptr;
  EXPECT_EQ(get("/v1/doctor").status, 503);
}

}  // namespace
}  // namespace aerostat
