// SPDX-License-Identifier: Apache-2.0
// Nothing: its library has the precompiled header that all tests use.
