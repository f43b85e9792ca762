// SPDX-License-Identifier: MIT
// A user's program in C++: a call as a class with a session in it.
#include <sst/sst.h>

#include <cstring>
#include <iostream>
#include <string>
#include <vector>

namespace
{

class call
{
  public:
    explicit call(const sst_policy &policy)
    {
        good_ = sst_session_init(&session_, &policy, SST_CALLER) == SST_OK;
    }

    void answered(const std::string &session_expires)
    {
        sst_headers headers{};
        good_ = good_ && sst_session_request(&session_, &tx_, SST_METHOD_INVITE, SST_REQUEST_OFFER, 0,
                                             &headers) == SST_OK;
        sst_msg msg{};
        sst_msg_response(&msg, 200, SST_METHOD_INVITE, 1);
        sst_msg_header_n(&msg, "x", 1, session_expires.data(), session_expires.size());
        sst_msg_header_n(&msg, "Require", 7, "timer", 5);
        sst_verdict verdict{};
        sst_session_response(&session_, &tx_, &msg, 0, &verdict);
    }

    std::vector<std::string> run_until(std::uint64_t end)
    {
        std::vector<std::string> names;
        if (!good_) {
            names.emplace_back("failed");
            return names;
        }
        for (sst_event event; sst_session_deadline(&session_) <= end;) {
            while (sst_session_next_event(&session_, sst_session_deadline(&session_), &event)) {
                names.emplace_back(sst_event_name(event.type));
            }
        }
        return names;
    }

  private:
    sst_session session_{};
    sst_tx tx_{};
    bool good_ = false;
};

} // namespace

int main()
{
    sst_policy policy;
    sst_policy_init(&policy);
    if (!sst_sizes_ok() || sst_policy_set(&policy, "mode", "request", nullptr) != SST_OK ||
        sst_policy_check(&policy, nullptr) != SST_OK) {
        std::cout << "FAILED  policy\n";
        return 1;
    }
    call one(policy);
    one.answered("1800;refresher=uac");
    const auto names = one.run_until(1800000);
    if (names.empty() || names.front() != "negotiated" || names.back() != "ended") {
        for (const auto &name : names) {
            std::cout << name << '\n';
        }
        std::cout << "FAILED  events\n";
        return 1;
    }
    std::cout << "ok " << sst_version() << '\n';
    return 0;
}
