"""Generates two clients from the OpenAPI document of a running issuer, and uploads a photo with each.

    python generated_clients.py ISSUER PHOTO FOLDER

The folder receives the document and the clients.
"""

import base64
import io
import pathlib
import subprocess
import sys
import urllib.request

import httpx

issuer, photo, folder = sys.argv[1], pathlib.Path(sys.argv[2]).read_bytes(), pathlib.Path(sys.argv[3])
document = folder / "openapi.json"
DECLARED = {"profile": "avatar", "owner": "u1", "content_type": "image/jpeg", "size": len(photo)}


def run(tool, *arguments):
    """Runs a tool of this virtual environment."""
    command = [pathlib.Path(sys.executable).with_name(tool), *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"{tool}: {done.stdout}"


def put(upload, headers):
    assert httpx.put(upload.url, content=photo, headers=headers).status_code == 200


def openapi_python_client():
    # The client needs no formatter, and the generator must not skip any part of the document.
    config = folder / "config.json"
    config.write_text('{"post_hooks": [], "project_name_override": "first", "package_name_override": "first_client"}')
    arguments = ["--path", document, "--output-path", folder / "first", "--config", config]
    run("openapi-python-client", "generate", "--fail-on-warning", *arguments)
    sys.path.insert(0, str(folder / "first"))
    from first_client import Client, models
    from first_client.api.images import inspect_images, upload_images
    from first_client.api.uploads import create_upload, delete_upload, get_upload
    from first_client.types import File

    client = Client(base_url=issuer, raise_on_unexpected_status=True)
    upload = create_upload.sync(client=client, body=models.CreateUpload.from_dict(DECLARED))
    put(upload, upload.headers.additional_properties)
    path = {"client": client, "profile": upload.profile, "owner": upload.owner, "id": upload.id}
    outcome = get_upload.sync(**path, wait=60)
    assert isinstance(outcome, models.ReadyManifest), outcome
    assert httpx.get(outcome.variants[0].url).status_code == 200
    direct = {"client": client, "profile": models.ProfileName.AVATAR, "owner": "u1", "prefer": "wait=60"}
    image = lambda: File(payload=io.BytesIO(photo), file_name="photo.jpg", mime_type="image/jpeg")
    for body in [image(), models.ImagesForm(image=[image(), image()])]:
        uploads = upload_images.sync(**direct, body=body).uploads
        assert all(isinstance(it, models.ReadyImageUpload) for it in uploads), uploads
    report = inspect_images.sync(client=client, body=image())
    assert isinstance(report, models.ImageReport), report
    problem = create_upload.sync(client=client, body=models.CreateUpload.from_dict({**DECLARED, "owner": "a/b"}))
    assert isinstance(problem, models.Problem) and problem.code == "invalid_owner", problem
    assert delete_upload.sync_detailed(**path).status_code == 204
    deleted = get_upload.sync(**path)
    assert deleted.status == models.PendingStatus.DELETED, deleted


def openapi_generator():
    arguments = ["-i", document, "-o", folder / "second", "-g", "python"]
    run("openapi-generator-cli", "generate", *arguments, "--additional-properties=packageName=second_client")
    sys.path.insert(0, str(folder / "second"))
    import second_client

    api = second_client.ApiClient(second_client.Configuration(host=issuer))
    uploads = second_client.UploadsApi(api)
    upload = uploads.create_upload(second_client.CreateUpload(**DECLARED))
    put(upload, upload.headers)
    outcome = uploads.get_upload(upload.profile, upload.owner, upload.id, wait=60).actual_instance
    assert isinstance(outcome, second_client.ReadyManifest), outcome
    body = second_client.ImagesJson(images=[base64.b64encode(photo).decode()])
    images = second_client.ImagesApi(api).upload_images("avatar", body, owner="u1", prefer="wait=60")
    instance = images.uploads[0].actual_instance
    assert isinstance(instance, second_client.ReadyImageUpload), instance
    uploads.delete_upload(upload.profile, upload.owner, upload.id)
    try:
        uploads.get_upload(upload.profile, upload.owner, upload.id)
        raise AssertionError("the upload was deleted")
    except second_client.exceptions.ApiException as gone:
        assert gone.status == 410, gone


document.write_bytes(urllib.request.urlopen(f"{issuer}/openapi.json").read())
run("openapi-spec-validator", document)
openapi_python_client()
openapi_generator()
