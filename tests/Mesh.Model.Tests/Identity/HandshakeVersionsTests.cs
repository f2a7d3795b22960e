using System.Security.Authentication;
using Mesh.Model.Identity;

namespace Mesh.Model.Tests.Identity;

public sealed class HandshakeVersionsTests
{
    [Theory]
    [InlineData(false, SslProtocols.Tls13)]
    [InlineData(true, SslProtocols.Tls12 | SslProtocols.Tls13)]
    public void OldVersions_AreSpokenOnlyWhereServersHaveNoOther(bool isMacOS, SslProtocols expected) => Assert.Equal(expected, HandshakeVersions.On(isMacOS));
}
