#include "api/doctor_routes.h"

#include <algorithm>

namespace aerostat {

namespace {

Json to_json(const Finding& finding) {
  return {{"check", finding.check},
          {"severity", severity_name(finding.severity)},
          {"vm", text_or_null(finding.vm)},
          {"text", finding.text},
          {"evidence", text_or_null(finding.evidence)},
          {"remedy", text_or_null(finding.remedy)}};
}

ApiAnswer listed(const Findings& findings) {
  Json out = Json::array();
  for (const Finding& finding : findings) out.push_back(to_json(finding));
  return list(std::move(out));
}

ApiAnswer no_doctor() {
  return error_answer({Error::Kind::Unavailable, "this daemon has no doctor; update aerostatd"});
}

}  // namespace

ApiAnswer get_doctor(const Call& call) {
  return call.services.doctor ? listed(call.services.doctor()) : no_doctor();
}

ApiAnswer get_vm_doctor(const Call& call) {
  if (!call.services.doctor) return no_doctor();
  const Result<VmReport> vm = call.services.manager.vm(call.vm);
  if (!vm) return error_answer(vm.error());
  Findings findings = call.services.doctor();
  std::erase_if(findings, [&](const Finding& finding) { return finding.vm != vm->name; });
  return listed(findings);
}

}  // namespace aerostat
