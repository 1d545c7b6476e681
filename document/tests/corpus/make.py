"""Makes the files of this folder, once and by hand: pip install pikepdf==10.18 reportlab==5 img2pdf pillow==13.
No file holds anything of a real person. README.md says what each is for."""

import io
import os
import subprocess
import tempfile
import zlib

import img2pdf
import pikepdf
from PIL import Image, ImageDraw
from pikepdf import Array, Dictionary, Encryption, Name, Pdf, Stream
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

HERE = os.path.dirname(os.path.abspath(__file__))


def put(name, data):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)


def picture(mode="RGB", size=(40, 30)):
    image = Image.new(mode, size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((2, 2, size[0] // 2, size[1] // 3), fill="red" if mode == "RGB" else 0)
    draw.line((0, size[1], size[0], 0), fill="blue" if mode == "RGB" else 0, width=2)
    return image


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, **options)
    return out.getvalue()


def segment(marker, data):
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2, "big") + data


# Photos.
exif = Image.Exif()
exif[0x010E] = "secret place"
exif[0x8825] = {1: "N", 2: (52.0, 5.0, 0.0)}
photo = jpeg(picture(), exif=exif.tobytes())
extra = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>secret</x:xmpmeta>")
extra += segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04secret") + segment(0xFE, b"secret comment")
photo = photo[:2] + extra + photo[2:] + jpeg(picture(size=(16, 16)))
put("exif.jpg", photo)
put("grey.jpg", jpeg(picture("L")))
put("progressive.jpg", jpeg(picture(), progressive=True))


# Plain pages.
def plain(pages=3):
    out = io.BytesIO()
    pdf = canvas.Canvas(out, pagesize=A4, invariant=1)
    pdf.setTitle("Jaaropgave (voorbeeld)")
    pdf.setAuthor("secret author")
    for number in range(1, pages + 1):
        pdf.setFont("Helvetica", 24)
        pdf.drawString(72, 700, f"Bladzijde {number}")
        pdf.setFillColorRGB(0.8, 0.2, 0.1)
        pdf.rect(72, 100 * number, 200, 60, fill=1)
        pdf.linkURL("https://example.org/", (72, 690, 200, 720))
        pdf.showPage()
    pdf.save()
    return out.getvalue()


def saved(pdf, **options):
    out = io.BytesIO()
    pdf.save(out, static_id="encryption" not in options, **options)
    return out.getvalue()


PLAIN = plain()
put("plain.pdf", PLAIN)
packed = dict(object_stream_mode=pikepdf.ObjectStreamMode.generate)
OBJECTS = saved(Pdf.open(io.BytesIO(PLAIN)), **packed)
put("objects.pdf", OBJECTS)
put("linear.pdf", saved(Pdf.open(io.BytesIO(PLAIN)), linearize=True))
put("garbage-before.pdf", b"220 mail.example.org ready\r\n\0\1\2\r\n" + PLAIN)
put("cut-off.pdf", OBJECTS[: len(OBJECTS) * 2 // 3])

# Passwords.
for name, version, options in [
    ("rc4-40", 2, {}),
    ("rc4-128", 3, {}),
    ("aes-128", 4, packed),
    ("aes-256", 6, packed),
]:
    for kind, user in [("password", "geheim"), ("owner", "")]:
        lock = Encryption(owner="eigenaar", user=user, R=version, aes=version >= 4, metadata=version >= 4)
        pdf = Pdf.open(io.BytesIO(PLAIN))
        put(f"{kind}-{name}.pdf", saved(pdf, encryption=lock, **options))

# Turned and cropped pages.
pdf = Pdf.open(io.BytesIO(plain(4)))
for turn, page in zip([0, 90, 180, 270], pdf.pages):
    page.Rotate = turn
    page.CropBox = Array([50, 60, 400, 760])
put("turned.pdf", saved(pdf))


def by_hand(objects, root=1, trailer=b"", version=b"1.7"):
    out = b"%PDF-" + version + b"\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root %d 0 R%s>>\n" % (len(objects) + 1, root, trailer)
    return out + b"startxref\n%d\n%%%%EOF\n" % table


def stream(data, entries=b""):
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), entries, data)


# What pages inherit; a list of pictures that pages share, each using one.
grey = jpeg(picture("L"))
image = b"/Type/XObject/Subtype/Image/Width 40/Height 30/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode"
secret = stream(bytes(range(256)), b"/Type/XObject/Subtype/Image/Width 16/Height 16/ColorSpace/DeviceGray/BitsPerComponent 8/Marker(secret)")
put(
    "inherited.pdf",
    by_hand([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 2/MediaBox[0 0 300 400]/Resources<</XObject<</Im#31 6 0 R/Im2 7 0 R>>/Font<</Metadata 8 0 R>>>>>>",
        b"<</Type/Pages/Parent 2 0 R/Kids[4 0 R 5 0 R]/Count 2/Rotate 90>>",
        b"<</Type/Page/Parent 3 0 R/Contents[9 0 R 10 0 R]>>",
        b"<</Type/Page/Parent 3 0 R/Contents 11 0 R/Rotate 0>>",
        stream(grey, image),
        secret,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        stream(b"q 200 0 0 150 50 200 cm /Im1 D"[:-1]),
        stream(b"Do Q BT /Metadata 20 Tf 50 50 Td (Eerste) Tj ET"),
        stream(b"q 100 0 0 100 50 50 cm /Im2 Do Q"),
    ]),
)


# Forms.
def form():
    out = io.BytesIO()
    pdf = canvas.Canvas(out, pagesize=(300, 200), invariant=1)
    pdf.drawString(20, 170, "Werkgeversverklaring (voorbeeld)")
    pdf.acroForm.textfield(name="naam", value="E. Voorbeeld", x=20, y=110, width=200, height=24)
    pdf.acroForm.checkbox(name="vast", checked=True, x=20, y=60, size=20)
    pdf.save()
    return out.getvalue()


put("form.pdf", form())
pdf = Pdf.open(io.BytesIO(form()))
for field in pdf.pages[0].Annots:
    del field.AP
put("form-not-drawn.pdf", saved(pdf))
pdf = Pdf.open(io.BytesIO(form()))
pdf.Root.AcroForm.SigFlags = 3
pdf.attachments["bijlage.txt"] = b"bijlage"
put("signed.pdf", saved(pdf))

# Layers, one of which is hidden.
put(
    "layers.pdf",
    by_hand([
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[5 0 R 6 0 R]/D<</OFF[6 0 R]/Order[5 0 R 6 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Properties<</L1 5 0 R/L2 6 0 R>>>>>>",
        stream(b"/OC /L1 BDC 1 0 0 rg 20 20 60 60 re f EMC /OC /L2 BDC 0 0 1 rg 100 100 60 60 re f EMC"),
        b"<</Type/OCG/Name(Te zien)>>",
        b"<</Type/OCG/Name(Verborgen)>>",
    ]),
)

# Scans.
scan = picture("1", (160, 120))
tiff = io.BytesIO()
scan.save(tiff, "TIFF", compression="group4")
fax = img2pdf.convert(tiff.getvalue(), nodate=True)
put("fax.pdf", fax)
faxed = Pdf.open(io.BytesIO(fax))
packed_rows = bytes(next(iter(faxed.pages[0].Resources.XObject.values())).read_raw_bytes())
head = (160).to_bytes(4, "big") + (120).to_bytes(4, "big")
page_info = head + bytes(8) + b"\0" + bytes(2)
region = head + bytes(8) + b"\0" + b"\1" + packed_rows  # MMR: the same as a fax
segments = (0).to_bytes(4, "big") + b"\x30\0\1" + len(page_info).to_bytes(4, "big") + page_info
segments += (1).to_bytes(4, "big") + b"\x26\0\1" + len(region).to_bytes(4, "big") + region
put(
    "jbig2.pdf",
    by_hand([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 160 120]/Contents 4 0 R/Resources<</XObject<</S 5 0 R>>>>>>",
        stream(b"160 0 0 120 0 0 cm /S Do"),
        stream(segments, b"/Type/XObject/Subtype/Image/Width 160/Height 120/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/JBIG2Decode"),
    ]),
)
put("photo.pdf", img2pdf.convert(photo, nodate=True))

# A page as Chromium prints it: embedded fonts, a shadow, a picture with transparency.
with tempfile.TemporaryDirectory() as folder:
    with open(folder + "/a.html", "w") as file:
        file.write(
            "<title>Bericht</title><style>body{font:16px DejaVu Sans}div{opacity:.5;background:linear-gradient(red,blue);"
            "width:200px;height:80px;mix-blend-mode:multiply}</style><h1>Bericht</h1><p>Voorbeeld €</p><div></div><div style='margin:-40px 40px'></div>"
        )
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}/p",
         f"--print-to-pdf={folder}/a.pdf", f"file://{folder}/a.html"],
        check=True, capture_output=True,
    )
    printed = Pdf.open(folder + "/a.pdf")
    del printed.trailer["/Info"]
    put("chromium.pdf", saved(printed, **packed))

# What is hostile.
put(
    "circle.pdf",
    by_hand([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 3/Parent 3 0 R>>",
        b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 3/Parent 2 0 R>>",
    ]),
)
put(
    "circle-of-drawings.pdf",
    by_hand([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>/Font 6 0 R>>>>",
        stream(b"/X Do"),
        stream(b"/X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</X 5 0 R/P 3 0 R>>>>"),
        b"6 0 R",
    ]),
)
million = zlib.compressobj(9, zlib.DEFLATED, -15)
piece = million.compress(bytes(1 << 20)) + million.flush(zlib.Z_FULL_FLUSH)
put("million-zeros.deflate", piece)
gigabyte = b"\x78\xda" + piece * 1024 + b"\x03\0" + zlib.adler32(b"").to_bytes(4, "big")
nested = zlib.compress(gigabyte, 9)
two = b"/Filter[/FlateDecode/FlateDecode]"
put(
    "bomb-contents.pdf",
    by_hand([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        stream(nested, two),
    ]),
)


def with_table(objects, held, holder):
    """A PDF whose first objects are in the stream `holder`, by a cross-reference stream."""
    out = b"%PDF-1.7\n"
    entries = [b"\0\0\0\0\xff"] + [b"\2" + (holder).to_bytes(3, "big") + bytes([at]) for at in range(held)]
    for number, body in enumerate(objects, held + 1):
        entries.append(b"\1" + len(out).to_bytes(3, "big") + b"\0")
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    number = held + len(objects) + 1
    entries.append(b"\1" + table.to_bytes(3, "big") + b"\0")
    body = stream(zlib.compress(b"".join(entries)), b"/Type/XRef/W[1 3 1]/Size %d/Root 1 0 R/Filter/FlateDecode" % (number + 1))
    return out + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, body, table)


held = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"]
index = b"".join(b"%d %d " % (at + 1, sum(len(it) + 1 for it in held[:at])) for at in range(3))
objects = index + b"\n".join(held)
put("holder.pdf", with_table([stream(zlib.compress(objects), b"/Type/ObjStm/N 3/First %d/Filter/FlateDecode" % len(index))], 3, 4))
inner = zlib.compressobj(9)
small = inner.compress(objects + b" ") + inner.flush(zlib.Z_FULL_FLUSH)
bomb = zlib.compress(small + piece * 1024 + b"\x03\0", 9)
put("bomb-objects.pdf", with_table([stream(bomb, b"/Type/ObjStm/N 3/First %d" % len(index) + two)], 3, 4))

pages = b" ".join(b"%d 0 R" % (at + 3) for at in range(10_000))
many = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/MediaBox[0 0 9 9]/Count 10000/Kids[" + pages + b"]>>"]
many += [b"<</Type/Page/Parent 2 0 R>>"] * 10_000
put("many-pages.pdf", saved(Pdf.open(io.BytesIO(by_hand(many))), **packed))
