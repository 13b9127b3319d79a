// SPDX-License-Identifier: Apache-2.0
// Where Podman's engine does otherwise than Docker's. Whoever made a container decides by which of them it lives.
#pragma once

#include <string>

namespace container {

struct Rules {
  bool makes_working_dir = true;  ///< a --workdir that the image lacks is made, not refused
  bool checks_limits = true;      ///< limits that the host cannot give are refused
  bool one_letter_names = false;
  bool engine_file = false;    ///< /run/.containerenv tells programs that they are in a container
  bool names_numbers = false;  ///< users and groups given by number get lines in passwd and group
  bool ambient = false;        ///< capabilities asked for reach a user who is not root
  bool start_is_invoking = false;     ///< whatever a start fails for ends with 126
  bool timeout_is_minus_one = false;  ///< what --timeout ends has the exit code -1
  bool detects_systemd = false;       ///< a command that is systemd or init gets what systemd needs
  bool owns_cidfile = false;          ///< --cidfile replaces a file, and goes with the container
  bool inherits_oom_score = false;    ///< without --oom-score-adj, that of this process
  bool keeps_short_checks = false;    ///< 500 bytes of a health check's output, not 4096
  bool bare_root = false;  ///< a root directory that no layer describes has the mode 0555, not 0755
  bool usual_hooks = false;  ///< root's containers get the hooks in the usual directories
  bool logs_lines = false;   ///< json-file is another name of k8s-file
  bool privileged_unnamed =
      false;  ///< --privileged is no AppArmor profile, in the place of "unconfined"
  bool checks_apparmor = false;  ///< a profile is refused where there is no AppArmor
  bool joined_labels_win =
      false;             ///< whose namespaces are joined decides the label, whatever is given
  std::string variable;  ///< value of the variable "container"; empty: there is none
  std::string engine;    ///< name and version for the engine file
};

template <typename Io>
void fields(Io& io, Rules& r) {
  io("makesWorkingDir", r.makes_working_dir);
  io("checksLimits", r.checks_limits);
  io.maybe("oneLetterNames", r.one_letter_names);
  io.maybe("engineFile", r.engine_file);
  io.maybe("namesNumbers", r.names_numbers);
  io.maybe("ambient", r.ambient);
  io.maybe("startIsInvoking", r.start_is_invoking);
  io.maybe("timeoutIsMinusOne", r.timeout_is_minus_one);
  io.maybe("detectsSystemd", r.detects_systemd);
  io.maybe("ownsCidfile", r.owns_cidfile);
  io.maybe("inheritsOomScore", r.inherits_oom_score);
  io.maybe("keepsShortChecks", r.keeps_short_checks);
  io.maybe("bareRoot", r.bare_root);
  io.maybe("usualHooks", r.usual_hooks);
  io.maybe("logsLines", r.logs_lines);
  io.maybe("privilegedUnnamed", r.privileged_unnamed);
  io.maybe("checksApparmor", r.checks_apparmor);
  io.maybe("joinedLabelsWin", r.joined_labels_win);
  io.maybe("variable", r.variable);
  io.maybe("engine", r.engine);
}

}  // namespace container
