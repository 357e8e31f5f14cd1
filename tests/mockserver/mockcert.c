/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockcert.c: a CA and a server certificate, by certtool
 */
#include "mockcert.h"

#include <glib/gstdio.h>
#include <string.h>

#define CA_TEMPLATE \
  "cn = \"visioncraft-mock CA\"\nca\ncert_signing_key\n" \
  "expiration_days = 30\n"
#define SERVER_TEMPLATE \
  "cn = \"visioncraft-mock\"\ntls_www_server\nsigning_key\n"
#define THIS_HOST "dns_name = \"localhost\"\nip_address = \"127.0.0.1\"\n"
#define OTHER_HOST "dns_name = \"elsewhere.example\"\n"
#define NOW "expiration_days = 30\n"
#define PAST \
  "activation_date = \"2020-01-01 00:00:00 UTC\"\n" \
  "expiration_date = \"2020-02-01 00:00:00 UTC\"\n"
#define FUTURE \
  "activation_date = \"2120-01-01 00:00:00 UTC\"\n" \
  "expiration_date = \"2120-02-01 00:00:00 UTC\"\n"

static const char *const templates[] = {
  [MOCK_CERT_VALID] = SERVER_TEMPLATE THIS_HOST NOW,
  [MOCK_CERT_EXPIRED] = SERVER_TEMPLATE THIS_HOST PAST,
  [MOCK_CERT_NOT_YET] = SERVER_TEMPLATE THIS_HOST FUTURE,
  [MOCK_CERT_WRONG_HOST] = SERVER_TEMPLATE OTHER_HOST NOW,
  [MOCK_CERT_SELF_SIGNED] = SERVER_TEMPLATE THIS_HOST NOW,
};

struct _MockCert
{
  char *folder;
  char *ca_file, *file, *key_file;
  GTlsCertificate *certificate;
};

void
mock_cert_free (MockCert *cert)
{
  const char *name;
  GDir *folder;

  if (cert == NULL)
    return;
  folder = cert->folder != NULL ? g_dir_open (cert->folder, 0, NULL) : NULL;
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *path = g_build_filename (cert->folder, name, NULL);

    g_unlink (path);
  }
  g_clear_pointer (&folder, g_dir_close);
  if (cert->folder != NULL)
    g_rmdir (cert->folder);
  g_clear_object (&cert->certificate);
  g_free (cert->ca_file);
  g_free (cert->file);
  g_free (cert->key_file);
  g_free (cert->folder);
  g_free (cert);
}

/* Runs certtool with @arguments (words) inside the folder. */
static gboolean
run_certtool (MockCert *cert, const char *arguments, GError **error)
{
  g_autofree char *line = g_strconcat ("certtool ", arguments, NULL);
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *complaint = NULL;

  g_subprocess_launcher_set_cwd (launcher, cert->folder);
  process = g_subprocess_launcher_spawnv (
      launcher, (const char *const *) argv, error);
  if (process == NULL
      || !g_subprocess_communicate_utf8 (
          process, NULL, NULL, NULL, &complaint, error))
    return FALSE;
  if (g_subprocess_get_successful (process))
    return TRUE;
  g_set_error (
      error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s failed: %s", line, complaint);
  return FALSE;
}

static gboolean
write_file (MockCert *cert, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (cert->folder, name, NULL);

  return g_file_set_contents (path, text, -1, error);
}

static gboolean
make_files (MockCert *cert, MockCertKind kind, GError **error)
{
  static const char make_key[] =
      "--generate-privkey --key-type=ecdsa --curve=secp256r1 --outfile ";
  g_autofree char *make_ca_key = g_strconcat (make_key, "ca.key", NULL);
  g_autofree char *make_server_key = g_strconcat (make_key, "server.key", NULL);
  const char *make_server = kind == MOCK_CERT_SELF_SIGNED
      ? "--generate-self-signed --load-privkey server.key "
        "--template server.txt --outfile server.pem"
      : "--generate-certificate --load-privkey server.key "
        "--load-ca-certificate ca.pem --load-ca-privkey ca.key "
        "--template server.txt --outfile server.pem";

  return write_file (cert, "ca.txt", CA_TEMPLATE, error)
      && write_file (cert, "server.txt", templates[kind], error)
      && run_certtool (cert, make_ca_key, error)
      && run_certtool (cert,
          "--generate-self-signed --load-privkey ca.key --template ca.txt "
          "--outfile ca.pem",
          error)
      && run_certtool (cert, make_server_key, error)
      && run_certtool (cert, make_server, error);
}

MockCert *
mock_cert_new (MockCertKind kind, GError **error)
{
  g_autoptr (MockCert) cert = g_new0 (MockCert, 1);

  cert->folder = g_dir_make_tmp ("mock-cert-XXXXXX", error);
  if (cert->folder == NULL || !make_files (cert, kind, error))
    return NULL;
  cert->ca_file = g_build_filename (cert->folder, "ca.pem", NULL);
  cert->file = g_build_filename (cert->folder, "server.pem", NULL);
  cert->key_file = g_build_filename (cert->folder, "server.key", NULL);
  cert->certificate =
      g_tls_certificate_new_from_files (cert->file, cert->key_file, error);
  return cert->certificate != NULL ? g_steal_pointer (&cert) : NULL;
}

GTlsCertificate *
mock_cert_get_certificate (MockCert *cert)
{
  return cert->certificate;
}

const char *
mock_cert_get_ca_file (MockCert *cert)
{
  return cert->ca_file;
}

const char *
mock_cert_get_file (MockCert *cert)
{
  return cert->file;
}

const char *
mock_cert_get_key_file (MockCert *cert)
{
  return cert->key_file;
}
