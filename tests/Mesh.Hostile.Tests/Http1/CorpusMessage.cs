namespace Mesh.Hostile.Tests.Http1;

/// <summary>One message of the corpus.</summary>
/// <param name="Name">What is odd about it, as a sentence.</param>
/// <param name="Octets">The message.</param>
/// <param name="Expected">What the mesh has to do, whatever others do.</param>
/// <param name="IsValid">Whether RFC 9112 has it so: then the mesh may take it although a server does not, for what goes on is written anew.</param>
/// <param name="EndsThere">Whether the caller closes its side behind it, instead of sending another request: for messages that are not whole.</param>
internal sealed record CorpusMessage(string Name, byte[] Octets, Expectation Expected, bool EndsThere, bool IsValid);
