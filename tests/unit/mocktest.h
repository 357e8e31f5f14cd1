/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mocktest.h: a client of the mock server, for the tests of the mock itself
 */
#pragma once

#include "mockserver.h"

#include <libsoup/soup.h>

#define TIMEOUT_MS 10000

/* A POST with which nothing is wrong; its key is KEY. */
#define GOOD_BODY \
  "{\"sampler\":\"Euler\",\"prompt\":\"a fox\",\"token\":\"KEY\"," \
  "\"cfg_scale\":8,\"steps\":30}"

/* Three frames of 64 by 48 pixels. */
extern const MockOptions small;

typedef struct
{
  guint status;
  GBytes *body;
  SoupMessage *message;
} Answer;

void answer_clear (Answer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

/* Never NULL; a server that does not start ends the test. */
MockServer *start_server (const MockOptions *options);

/* Sends one request; @body NULL is none, @headers are name and value in turn
 * and end with NULL, or NULL. */
Answer ask (const char *method, const char *address, const char *body,
    const char *const *headers);

/* A POST to /generate-gif. */
Answer post (MockServer *server, const char *body);

/* A header of the reply; owned by @answer. */
const char *get_header (const Answer *answer, const char *name);

/* The reply's body as text, transfer full. */
char *dup_json (const Answer *answer);

/* The address in a good reply, transfer full. */
char *dup_address (const Answer *answer);

/* Both at once, for GOOD_BODY. */
char *generate (MockServer *server);

/* The picture that a good @body gives, transfer full. */
GBytes *generate_bytes (MockServer *server, const char *body);
