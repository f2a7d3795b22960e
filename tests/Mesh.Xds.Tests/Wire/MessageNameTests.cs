using Google.Protobuf;
using Google.Protobuf.Reflection;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Wire;

public sealed class MessageNameTests
{
    [Fact]
    public void Of_EveryMessage_IsTheNameInItsDescriptor()
    {
        var types = typeof(TypeUrls).Assembly.GetTypes().Where(t => typeof(IMessage).IsAssignableFrom(t)).ToList();

        var wrong = types
            .Select(t => (Made: MessageName.Of(t), Told: ((MessageDescriptor)t.GetProperty("Descriptor")!.GetValue(null)!).FullName))
            .Where(names => names.Made != names.Told);

        Assert.Empty(wrong);
        Assert.True(types.Count > 100);
    }
}
