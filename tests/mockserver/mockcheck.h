/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mockhttp.h"

/* What a POST asks for. */
typedef struct
{
  char *token, *sampler, *prompt; /* NULL when missing or no string */
  gint64 cfg_scale, steps;
} MockParameters;

void mock_parameters_free (MockParameters *parameters);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockParameters, mock_parameters_free)

/* Reads the body of @request. Never NULL; @ret_refusal gets the reply to a
 * request that is not as it should be (422 with all that is wrong, 403, 400),
 * or NULL. @token is the only key accepted; NULL: any but "". */
MockParameters *mock_check_request (
    const MockRequest *request, const char *token, MockReply **ret_refusal);

/* A reply with {"detail": @detail}. */
MockReply *mock_order_refuse (guint status, const char *detail);

/* The samplers' names, NULL-terminated. */
const char *const *mock_order_list_samplers (void);
