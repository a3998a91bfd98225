"""The AWS configuration file of a user's server: where S3 is and which command gives keys. Pure."""

import shlex


def aws_config_text(endpoint: str, region: str, credential_process: str) -> str:
    """An AWS configuration file with no key in it; `credential_process` is the absolute path of a command.

    Path-style addresses are set because a bucket's name is no host name on one machine.
    """
    return (
        "[default]\n"
        f"region = {region}\n"
        f"endpoint_url = {endpoint}\n"
        f"credential_process = {shlex.quote(credential_process)}\n"
        "s3 =\n"
        "    addressing_style = path\n"
    )
