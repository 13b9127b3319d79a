// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "network/network.hpp"

namespace network {

namespace {

template <typename Parse>
std::string failure_of(Parse parse, const std::string& text) {
  try {
    parse(text);
  } catch (const base::Error& e) {
    EXPECT_EQ(base::Kind::usage, e.kind());
    return e.message();
  }
  return "no failure";
}

PortMapping mapping(const std::string& ip,
                    int host,
                    int container,
                    const std::string& protocol = "tcp") {
  PortMapping port;
  port.host_ip = ip;
  port.host_port = static_cast<std::uint16_t>(host);
  port.container_port = static_cast<std::uint16_t>(container);
  port.protocol = protocol;
  return port;
}

using Ports = std::vector<PortMapping>;

TEST(ParsePublish, RefusesWithDockersSentences) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "no port specified: <empty>"},
      {"80:", "no port specified: 80:<empty>"},
      {"8080:/tcp", "no port specified: 8080:/tcp<empty>"},
      {"80/xyz", "invalid proto: xyz"},
      {"abc", "invalid containerPort: abc"},
      {"70000", "invalid containerPort: 70000"},
      {"80-70", "invalid containerPort: 80-70"},
      {"80-", "invalid containerPort: 80-"},
      {"-1", "invalid containerPort: -1"},
      {"abc:80", "invalid hostPort: abc"},
      {"65536:80", "invalid hostPort: 65536"},
      {"90-80:80", "invalid hostPort: 90-80"},
      {"localhost:80:80", "invalid IP address: localhost"},
      {"1.2.3:80:80", "invalid IP address: 1.2.3"},
      {"8000-8002:80-81",
       "invalid ranges specified for container and host Ports: 80-81 and 8000-8002"},
      {"8000:80-81", "invalid ranges specified for container and host Ports: 80-81 and 8000"},
      {"published=80,target",
       "invalid publish opts format (should be name=value but got 'target')"},
  };
  for (const auto& [text, message] : cases)
    EXPECT_EQ(message, failure_of(parse_publish, text)) << text;
}

TEST(ParsePublish, ReadsEachForm) {
  EXPECT_EQ(Ports{mapping("", 0, 80)}, parse_publish("80"));
  EXPECT_EQ(Ports{mapping("", 8080, 80)}, parse_publish("8080:80"));
  EXPECT_EQ(Ports{mapping("", 0, 80)}, parse_publish("0:80"));
  EXPECT_EQ(Ports{mapping("127.0.0.1", 8080, 80)}, parse_publish("127.0.0.1:8080:80"));
  EXPECT_EQ(Ports{mapping("127.0.0.1", 0, 80)}, parse_publish("127.0.0.1::80"));
  EXPECT_EQ(Ports{mapping("", 53, 53, "udp")}, parse_publish("53:53/UDP"));
  EXPECT_EQ(Ports{mapping("", 53, 53, "sctp")}, parse_publish("53:53/sctp"));
  EXPECT_EQ(Ports{mapping("", 53, 53)}, parse_publish("53:53/"));
  EXPECT_EQ(Ports{mapping("", 8080, 80, "udp")},
            parse_publish("published=8080,target=80,protocol=udp"));
}

TEST(ParsePublish, ReadsIpv6WithAndWithoutBrackets) {
  EXPECT_EQ(Ports{mapping("::1", 8080, 80)}, parse_publish("[::1]:8080:80"));
  EXPECT_EQ(Ports{mapping("fd00::1", 0, 80)}, parse_publish("[fd00::1]::80"));
  EXPECT_EQ(Ports{mapping("::1", 8080, 80)}, parse_publish("::1:8080:80"));
}

TEST(ParsePublish, UnfoldsRanges) {
  EXPECT_EQ((Ports{mapping("", 8000, 80), mapping("", 8001, 81)}),
            parse_publish("8000-8001:80-81"));
  EXPECT_EQ((Ports{mapping("", 0, 80), mapping("", 0, 81)}), parse_publish("80-81"));
  const auto any = parse_publish("8000-8005:80");
  ASSERT_EQ(1u, any.size());
  EXPECT_EQ(8000, any[0].host_port);
  EXPECT_EQ(8005, any[0].host_port_end);
}

TEST(ParseExpose, RefusesWithDockersSentences) {
  EXPECT_EQ("invalid port format for --expose: 80:80", failure_of(parse_expose, "80:80"));
  EXPECT_EQ("invalid range format for --expose: invalid start port 'abc': invalid syntax",
            failure_of(parse_expose, "abc"));
  EXPECT_EQ("invalid range format for --expose: invalid port range: 90-80",
            failure_of(parse_expose, "90-80"));
  EXPECT_EQ("invalid proto: xyz", failure_of(parse_expose, "80/xyz"));
}

TEST(ParseExpose, UnfoldsRanges) {
  EXPECT_EQ((Ports{mapping("", 0, 80, "udp"), mapping("", 0, 81, "udp")}),
            parse_expose("80-81/udp"));
  EXPECT_EQ(Ports{mapping("", 0, 80)}, parse_expose("80"));
}

TEST(PortMappings, AreWrittenAndReadAgain) {
  const auto port = parse_publish("127.0.0.1:8000-8005:80/udp").at(0);
  EXPECT_EQ(port, base::from_json<PortMapping>(base::to_json(port), "port"));
}

}  // namespace

}  // namespace network
