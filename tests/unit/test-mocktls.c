/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-mocktls.c: the mock's certificates, https, and the black hole
 */
#include "mockcert.h"
#include "mockhole.h"
#include "mocktest.h"

#include <string.h>

static void
test_certificates_have_the_fault_they_are_named_for (void)
{
  const struct
  {
    MockCertKind kind;
    GTlsCertificateFlags fault;
  } rows[] = {
    { MOCK_CERT_VALID, 0 },
    { MOCK_CERT_EXPIRED, G_TLS_CERTIFICATE_EXPIRED },
    { MOCK_CERT_NOT_YET, G_TLS_CERTIFICATE_NOT_ACTIVATED },
    { MOCK_CERT_WRONG_HOST, G_TLS_CERTIFICATE_BAD_IDENTITY },
    { MOCK_CERT_SELF_SIGNED, G_TLS_CERTIFICATE_UNKNOWN_CA },
  };
  g_autoptr (GSocketConnectable) host =
      g_network_address_new ("localhost", 443);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MockCert) cert = mock_cert_new (rows[i].kind, &error);
    g_autoptr (GTlsCertificate) ca = NULL;

    g_assert_no_error (error);
    ca = g_tls_certificate_new_from_file (mock_cert_get_ca_file (cert), &error);
    g_assert_no_error (error);
    g_assert_cmpint (
        g_tls_certificate_verify (mock_cert_get_certificate (cert), host, ca),
        ==, rows[i].fault);
  }
}

static void
test_https_is_served (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MockCert) cert = mock_cert_new (MOCK_CERT_VALID, &error);
  MockOptions options = small;
  g_autoptr (MockServer) server = NULL;
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GTlsDatabase) trusted = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) reply = NULL;
  g_autofree char *address = NULL;

  g_assert_no_error (error);
  options.certificate = mock_cert_get_certificate (cert);
  server = start_server (&options);
  g_assert_true (
      g_str_has_prefix (mock_server_get_url (server), "https://127.0.0.1:"));
  trusted = g_tls_file_database_new (mock_cert_get_ca_file (cert), &error);
  g_assert_no_error (error);
  soup_session_set_tls_database (session, trusted);
  address = g_strconcat (mock_server_get_url (server), "/samplers", NULL);
  message = soup_message_new ("GET", address);
  reply = soup_session_send_and_read (session, message, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, 200);
}

static gboolean
accept_any (GTlsConnection *connection, GTlsCertificate *certificate,
    GTlsCertificateFlags faults, gpointer data)
{
  return TRUE;
}

static void
on_event (GSocketClient *client, GSocketClientEvent event,
    GSocketConnectable *host, GIOStream *stream, gpointer data)
{
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    g_signal_connect (
        stream, "accept-certificate", G_CALLBACK (accept_any), NULL);
}

static void
test_freeing_does_not_wait_for_a_client_that_does_not_read (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MockCert) cert = mock_cert_new (MOCK_CERT_VALID, &error);
  MockOptions options = small;
  MockServer *server;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  static const char request[] =
      "POST /generate-gif HTTP/1.1\r\nContent-Type: application/json\r\n"
      "Content-Length: 75\r\n\r\n" GOOD_BODY;

  g_assert_no_error (error);
  options.certificate = mock_cert_get_certificate (cert);
  server = start_server (&options);
  mock_server_push_fault (server, "raw-gif fault:endless on=post");
  g_socket_client_set_tls (client, TRUE);
  g_signal_connect (client, "event", G_CALLBACK (on_event), NULL);
  connection = g_socket_client_connect_to_uri (
      client, mock_server_get_url (server), 443, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (GOOD_BODY), ==, 75);
  g_assert_true (g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
      strlen (request), NULL, NULL, NULL));
  g_assert_true (
      mock_server_wait_for (server, MOCK_EVENT_GENERATED, 1, TIMEOUT_MS));
  /* What the kernel holds fills up; from then on the server can only wait. */
  g_assert_false (
      mock_server_wait_for (server, MOCK_EVENT_POST_ANSWERED, 1, 300));
  mock_server_free (server);
}

static void
test_black_hole_neither_connects_nor_fails (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MockHole) hole = mock_hole_new (&error);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;

  g_assert_no_error (error);
  g_socket_client_set_timeout (client, 1);
  connection = g_socket_client_connect_to_uri (
      client, mock_hole_get_url (hole), 80, NULL, &error);
  g_assert_null (connection);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

#define ADD(name) g_test_add_func ("/mocktls/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (certificates_have_the_fault_they_are_named_for);
  ADD (https_is_served);
  ADD (freeing_does_not_wait_for_a_client_that_does_not_read);
  ADD (black_hole_neither_connects_nor_fails);
  return g_test_run ();
}
