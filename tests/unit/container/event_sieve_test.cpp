// SPDX-License-Identifier: Apache-2.0
#include "container/event_sieve.hpp"

#include <gtest/gtest.h>

namespace container {
namespace {

constexpr const char* kLine =
    R"({"action":"exec_start: sh","attributes":{"image":"bb:1","l\"a":"x","name":"we","time":"7"},"id":"ab12","time":5000000000,"type":"container"})";

bool may_fit(Filters filters) {
  EventRequest request;
  request.filters = std::move(filters);
  return EventSieve(request).may_fit(kLine);
}

TEST(EventSieve, LetsPassWhatHoldsOneValueOfEachKey) {
  EXPECT_TRUE(may_fit({}));
  EXPECT_TRUE(may_fit({{"container", {"other", "we"}}, {"event", {"exec_start"}}}));
  EXPECT_TRUE(may_fit({{"container", {"ab1"}}, {"type", {"container"}}, {"image", {"bb"}}}));
  EXPECT_FALSE(may_fit({{"container", {"other"}}}));
  EXPECT_FALSE(may_fit({{"container", {"we"}}, {"event", {"die"}}}));
  EXPECT_FALSE(may_fit({{"event", {"start"}}})) << "of another action, the end is no beginning";
}

TEST(EventSieve, KnowsValuesAsTheyAreWritten) {
  EXPECT_TRUE(may_fit({{"label", {"l\"a=x"}}}));
  EXPECT_FALSE(may_fit({{"label", {"la"}}}));
}

TEST(EventSieve, LeavesToOthersWhatItDoesNotKnow) {
  EXPECT_TRUE(may_fit({{"volume", {"other"}}, {"unknown", {"x"}}}));
  EventRequest reworded;
  reworded.filters = {{"event", {"died"}}};
  reworded.words = [](const Event& event) { return std::vector<Event>{event}; };
  EXPECT_TRUE(EventSieve(reworded).may_fit(kLine));
}

TEST(EventSieve, LooksAtTheEventsOwnTime) {
  const auto seconds = [](int n) { return base::Moment(std::chrono::seconds(n)); };
  EventRequest request;
  request.since = seconds(4);
  request.until = seconds(6);
  EXPECT_TRUE(EventSieve(request).may_fit(kLine));
  EXPECT_TRUE(EventSieve(request).may_fit("torn"));
  request.since = seconds(6);
  EXPECT_FALSE(EventSieve(request).may_fit(kLine));
  request.since = seconds(1);
  request.until = seconds(4);
  EXPECT_FALSE(EventSieve(request).may_fit(kLine));
}

}  // namespace
}  // namespace container
