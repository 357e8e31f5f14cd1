/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mockhttp.h"

/* Does what @request asks for, counts and records it, and gives the reply.
 * @ret_answered gets the event to count when the reply has gone out, or
 * MOCK_N_EVENTS. Never NULL. */
MockReply *mock_api_answer (
    MockState *state, const MockRequest *request, MockEvent *ret_answered);
