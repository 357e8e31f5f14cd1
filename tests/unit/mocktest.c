/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocktest.h"

#include <json-glib/json-glib.h>
#include <string.h>

const MockOptions small = { .width = 64, .height = 48, .n_frames = 3 };

void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->body, g_bytes_unref);
  g_clear_object (&answer->message);
}

MockServer *
start_server (const MockOptions *options)
{
  g_autoptr (GError) error = NULL;
  MockServer *server = mock_server_new (options, &error);

  g_assert_no_error (error);
  return server;
}

Answer
ask (const char *method, const char *address, const char *body,
    const char *const *headers)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GError) error = NULL;
  Answer answer = { .message = soup_message_new (method, address) };

  g_assert_nonnull (answer.message);
  if (body != NULL) {
    g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

    soup_message_set_request_body_from_bytes (
        answer.message, "application/json", bytes);
  }
  for (guint i = 0; headers != NULL && headers[i] != NULL; i += 2)
    soup_message_headers_replace (
        soup_message_get_request_headers (answer.message), headers[i],
        headers[i + 1]);
  answer.body =
      soup_session_send_and_read (session, answer.message, NULL, &error);
  g_assert_no_error (error);
  answer.status = soup_message_get_status (answer.message);
  return answer;
}

Answer
post (MockServer *server, const char *body)
{
  g_autofree char *address =
      g_strconcat (mock_server_get_url (server), "/generate-gif", NULL);

  return ask ("POST", address, body, NULL);
}

const char *
get_header (const Answer *answer, const char *name)
{
  return soup_message_headers_get_one (
      soup_message_get_response_headers (answer->message), name);
}

char *
dup_json (const Answer *answer)
{
  return g_strndup (
      g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
}

char *
dup_address (const Answer *answer)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize size;
  const char *text = g_bytes_get_data (answer->body, &size);
  JsonObject *reply;

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_true (
      json_parser_load_from_data (parser, text, (gssize) size, NULL));
  reply = json_node_get_object (json_parser_get_root (parser));
  return g_strdup (json_array_get_string_element (
      json_object_get_array_member (reply, "images"), 0));
}

char *
generate (MockServer *server)
{
  g_auto (Answer) answer = post (server, GOOD_BODY);

  return dup_address (&answer);
}

GBytes *
generate_bytes (MockServer *server, const char *body)
{
  g_auto (Answer) answer = post (server, body);

  g_assert_cmpuint (answer.status, ==, 200);
  return mock_server_ref_gif (server, -1);
}
