using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Codecs;

public sealed class DecoderFuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Decode_BytesChangedAtRandom_IsReadOrRefusedAndNothingElse(int seed)
    {
        var random = new Random(seed);
        var resources = SnapshotCodec.Encode(Samples.Everything).Append(SnapshotCodec.Encode(Samples.Endpoints("orders", 1, 2))).ToArray();
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var resource = resources[random.Next(resources.Length)];
            var body = resource.Body.ToByteArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            refused += Try(resource, body);
        }

        Assert.InRange(refused, 1000, 19_999);
    }

    private static int Try(XdsResource resource, byte[] body)
    {
        var changed = XdsResource.From(new Resource { Name = resource.Name, Version = "x", Resource_ = new() { TypeUrl = resource.TypeUrl, Value = ByteString.CopyFrom(body) } });
        try
        {
            ResourceDecoder.Decode(changed);
            if (changed.TypeUrl == TypeUrls.Listener)
            {
                ResourceDecoder.DecodePermissions(changed);
            }

            return 0;
        }
        catch (ResourceRefusedException)
        {
            return 1;
        }
    }
}
