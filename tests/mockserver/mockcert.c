/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mockcert.h"

#define CA_FILE MOCK_CERTIFICATES_DIR "/ca.pem"
#define KEY_FILE MOCK_CERTIFICATES_DIR "/server.key"

static const char *const names[] = {
  [MOCK_CERT_VALID] = "valid.pem",
  [MOCK_CERT_EXPIRED] = "expired.pem",
  [MOCK_CERT_NOT_YET] = "not-yet.pem",
  [MOCK_CERT_WRONG_HOST] = "wrong-host.pem",
  [MOCK_CERT_SELF_SIGNED] = "self-signed.pem",
};

struct _MockCert
{
  char *file;
  GTlsCertificate *certificate;
};

MockCert *
mock_cert_new (MockCertKind kind, GError **error)
{
  g_autoptr (MockCert) cert = g_new0 (MockCert, 1);

  cert->file = g_build_filename (MOCK_CERTIFICATES_DIR, names[kind], NULL);
  cert->certificate =
      g_tls_certificate_new_from_files (cert->file, KEY_FILE, error);
  return cert->certificate != NULL ? g_steal_pointer (&cert) : NULL;
}

void
mock_cert_free (MockCert *cert)
{
  if (cert == NULL)
    return;
  g_clear_object (&cert->certificate);
  g_free (cert->file);
  g_free (cert);
}

GTlsCertificate *
mock_cert_get_certificate (MockCert *cert)
{
  return cert->certificate;
}

const char *
mock_cert_get_ca_file (MockCert *cert)
{
  return CA_FILE;
}

const char *
mock_cert_get_file (MockCert *cert)
{
  return cert->file;
}

const char *
mock_cert_get_key_file (MockCert *cert)
{
  return KEY_FILE;
}
