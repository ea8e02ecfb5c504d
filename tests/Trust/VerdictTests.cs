using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Trust;

/// <summary>Every verdict is the framework's own under the whole store: the machine's roots, and those of the test behind them.</summary>
public static class VerdictTests
{
    public class Accepted
    {
        [Fact]
        public Task A_certificate_of_a_root_itself() => Accepts(kind =>
        {
            var (root, _, server) = Parties(kind);
            return new(root.Certify(server, Terms.Leaf), [], [root.SelfSigned()]);
        });

        [Fact]
        public Task An_intermediate_that_was_sent() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between)], [root.SelfSigned()]);
        });

        [Fact]
        public Task The_root_was_sent_too() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var own = root.SelfSigned();
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between), own], [own]);
        });

        [Fact]
        public Task Sent_in_the_wrong_order_with_strangers_among_them() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var (lower, stranger) = (new Entity("Lower", kind, 4), new Entity("Stranger", kind, 5));
            var own = root.SelfSigned();
            return new(lower.Certify(server, Terms.Leaf), [own, root.Certify(between), stranger.SelfSigned(), between.Certify(lower)], [own]);
        });

        [Fact]
        public Task An_intermediate_that_only_the_store_has() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(between.Certify(server, Terms.Leaf), [], [root.Certify(between), root.SelfSigned()]);
        });

        [Fact]
        public Task Three_intermediates_of_which_the_store_has_the_two_upper() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var (second, third) = (new Entity("Second", kind, 4), new Entity("Third", kind, 5));
            return new(third.Certify(server, Terms.Leaf), [second.Certify(third)], [root.SelfSigned(), between.Certify(second), root.Certify(between)]);
        });

        [Fact]
        public Task A_new_root_cross_signed_by_a_trusted_one() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var old = new Entity("Old root", kind, 4);
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between), old.Certify(root)], [old.SelfSigned()]);
        });

        [Fact]
        public Task A_trusted_root_cross_signed_by_an_unknown_one() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var unknown = new Entity("Unknown root", kind, 4);
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between), unknown.Certify(root), unknown.SelfSigned()], [root.SelfSigned()]);
        });

        [Fact]
        public Task Cross_signed_and_both_roots_trusted() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var old = new Entity("Old root", kind, 4);
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between), old.Certify(root)], [root.SelfSigned(), old.SelfSigned()]);
        });

        [Fact]
        public Task A_cross_sign_that_the_store_has() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var old = new Entity("Old root", kind, 4);
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between)], [old.Certify(root), old.SelfSigned()]);
        });

        [Fact]
        public Task An_expired_cross_sign_beside_a_trusted_root() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var old = new Entity("Old root", kind, 4);
            return new(
                between.Certify(server, Terms.Leaf),
                [root.Certify(between), old.Certify(root, Terms.Expired)],
                [old.SelfSigned(Terms.Expired), root.SelfSigned()]);
        });

        [Fact]
        public Task Roots_of_one_name_the_expired_first_then_one_with_another_key() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var other = new Entity("Root", kind, 4);
            return new(
                between.Certify(server, Terms.Leaf),
                [root.Certify(between)],
                [root.SelfSigned(Terms.Expired), other.SelfSigned(), root.SelfSigned()]);
        });

        [Fact]
        public Task Roots_of_one_name_the_right_one_first() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var other = new Entity("Root", kind, 4);
            return new(
                between.Certify(server, Terms.Leaf),
                [root.Certify(between)],
                [root.SelfSigned(), other.SelfSigned(), root.SelfSigned(Terms.Expired)]);
        });

        [Fact]
        public Task Roots_of_one_name_without_key_identifiers_the_right_one_first() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var other = new Entity("Root", kind, 4);
            var bare = new Terms { HasKeyIdentifiers = false };
            return new(
                between.Certify(server, Terms.Leaf), [root.Certify(between, bare)], [root.SelfSigned(bare), other.SelfSigned(bare)]);
        });

        [Fact]
        public Task A_root_twice_in_the_store() => Accepts(kind =>
        {
            var (root, _, server) = Parties(kind);
            var own = root.SelfSigned();
            return new(root.Certify(server, Terms.Leaf), [], [own, own]);
        });

        [Theory]
        [InlineData("ROOT of  the Test ", UniversalTagNumber.UTF8String)]
        [InlineData("root of the test", UniversalTagNumber.PrintableString)]
        [InlineData("Root of the Test", UniversalTagNumber.IA5String)]
        [InlineData("Root Of The Test", UniversalTagNumber.BMPString)]
        [InlineData("Root of the Test", UniversalTagNumber.T61String)]
        public Task An_issuer_called_in_another_type_or_case(string name, UniversalTagNumber type) => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var called = root.Called(Entity.NameOf(name, type));
            return new(
                between.Certify(server, Terms.Leaf),
                [called.Certify(between)],
                [root.Called(Entity.NameOf("Root of the Test", UniversalTagNumber.PrintableString)).SelfSigned()]);
        });

        [Fact]
        public Task A_root_called_in_another_type_than_its_issues_say() => Accepts(kind =>
        {
            var (root, _, server) = Parties(kind);
            return new(
                root.Called("Root of Zürich").Certify(server, Terms.Leaf),
                [],
                [root.Called(Entity.NameOf("ROOT of Zürich", UniversalTagNumber.BMPString)).SelfSigned()]);
        });

        [Fact]
        public Task Names_with_two_pairs_in_one_part() => Accepts(kind =>
        {
            var (root, _, server) = Parties(kind);
            return new(
                root.Called(TwoInOne(UniversalTagNumber.UTF8String, UniversalTagNumber.PrintableString)).Certify(server, Terms.Leaf),
                [],
                [root.Called(TwoInOne(UniversalTagNumber.PrintableString, UniversalTagNumber.UTF8String)).SelfSigned()]);
        });

        [Fact]
        public Task A_self_signed_certificate_that_the_store_has() => Accepts(kind =>
        {
            var (_, _, server) = Parties(kind);
            var own = server.SelfSigned(Terms.Leaf);
            return new(own, [], [own]);
        });

        [Fact]
        public Task A_root_of_the_first_version_without_extensions() => Accepts(kind =>
        {
            var (root, _, server) = Parties(kind);
            return new(root.Certify(server, Terms.Leaf), [], [root.SelfSignedVersion1()]);
        });

        [Fact]
        public Task No_key_identifiers_anywhere() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            var bare = new Terms { HasKeyIdentifiers = false };
            return new(
                between.Certify(server, Terms.Leaf with { HasKeyIdentifiers = false }), [root.Certify(between, bare)], [root.SelfSigned(bare)]);
        });

        [Fact]
        public Task A_certificate_for_any_purpose_or_none_stated() => Accepts(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(
                between.Certify(server, Terms.Leaf with { Purpose = null }),
                [root.Certify(between, new Terms { Purpose = Terms.ForServers })],
                [root.SelfSigned()]);
        });

        private static Task Accepts(Func<KeyKind, CertificateCase> situation) => CertificateCase.Expect(accepted: true, situation);

        private static X500DistinguishedName TwoInOne(UniversalTagNumber first, UniversalTagNumber second) =>
            Entity.NameOf([("2.5.4.3", "Two", first), ("2.5.4.3", "In one", second)]);
    }

    public class Refused
    {
        [Fact]
        public Task A_missing_intermediate() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(between.Certify(server, Terms.Leaf), [], [root.SelfSigned()]);
        });

        [Fact]
        public Task An_intermediate_in_the_store_without_its_root() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(between.Certify(server, Terms.Leaf), [], [root.Certify(between)]);
        });

        [Fact]
        public Task Another_host() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(between.Certify(server, Terms.Leaf with { Host = "elsewhere.example" }), [root.Certify(between)], [root.SelfSigned()]);
        });

        [Fact]
        public Task A_certificate_for_clients() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(between.Certify(server, Terms.Leaf with { Purpose = Terms.ForClients }), [root.Certify(between)], [root.SelfSigned()]);
        });

        [Fact]
        public Task An_intermediate_for_clients() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(
                between.Certify(server, Terms.Leaf), [root.Certify(between, new Terms { Purpose = Terms.ForClients })], [root.SelfSigned()]);
        });

        [Fact]
        public Task A_root_for_clients() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(
                between.Certify(server, Terms.Leaf), [root.Certify(between)], [root.SelfSigned(new Terms { Purpose = Terms.ForClients })]);
        });

        [Fact]
        public Task An_unknown_root() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between)], []);
        });

        [Fact]
        public Task An_unknown_root_that_was_sent() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between), root.SelfSigned()], []);
        });

        [Fact]
        public Task An_expired_certificate() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(
                between.Certify(server, Terms.Leaf with { From = Terms.Expired.From, To = Terms.Expired.To }),
                [root.Certify(between)],
                [root.SelfSigned()]);
        });

        [Fact]
        public Task A_certificate_that_is_not_valid_yet() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(
                between.Certify(server, Terms.Leaf with { From = Terms.NotYetValid.From }), [root.Certify(between)], [root.SelfSigned()]);
        });

        [Fact]
        public Task An_expired_intermediate() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between, Terms.Expired)], [root.SelfSigned()]);
        });

        [Fact]
        public Task An_expired_root() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between)], [root.SelfSigned(Terms.Expired)]);
        });

        [Fact]
        public Task A_root_that_is_not_valid_yet() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between)], [root.SelfSigned(Terms.NotYetValid)]);
        });

        [Fact]
        public Task A_self_signed_certificate() => Refuses(kind =>
        {
            var (root, _, server) = Parties(kind);
            return new(server.SelfSigned(Terms.Leaf), [], [root.SelfSigned()]);
        });

        [Fact]
        public Task A_self_signed_certificate_called_like_a_root() => Refuses(kind =>
        {
            var (root, _, server) = Parties(kind);
            return new(server.Called("Root").SelfSigned(Terms.Leaf), [], [root.SelfSigned()]);
        });

        [Theory]
        [InlineData(true)]
        [InlineData(false)]
        public Task A_forged_root_of_a_trusted_ones_name(bool hasKeyIdentifiers) => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            var forged = new Entity("Root", kind, 4);
            var terms = new Terms { HasKeyIdentifiers = hasKeyIdentifiers };
            return new(
                between.Certify(server, Terms.Leaf with { HasKeyIdentifiers = hasKeyIdentifiers }),
                [forged.Certify(between, terms), forged.SelfSigned(terms)],
                [root.SelfSigned(terms)]);
        });

        [Fact]
        public Task Roots_of_one_name_without_key_identifiers_the_wrong_one_first() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            var other = new Entity("Root", kind, 4);
            var bare = new Terms { HasKeyIdentifiers = false };
            return new(
                between.Certify(server, Terms.Leaf), [root.Certify(between, bare)], [other.SelfSigned(bare), root.SelfSigned(bare)]);
        });

        [Fact]
        public Task An_expired_intermediate_in_the_store_and_a_valid_one_sent() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(
                between.Certify(server, Terms.Leaf), [root.Certify(between)], [root.Certify(between, Terms.Expired), root.SelfSigned()]);
        });

        [Fact]
        public Task A_forged_intermediate_of_a_true_ones_name() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            var forged = new Entity("Between", kind, 4);
            var bare = new Terms { HasKeyIdentifiers = false };
            return new(forged.Certify(server, Terms.Leaf with { HasKeyIdentifiers = false }), [root.Certify(between, bare)], [root.SelfSigned(bare)]);
        });

        [Fact]
        public Task A_servers_certificate_used_as_an_authority() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            var victim = new Entity("Victim", kind, 4);
            return new(
                server.Certify(victim, Terms.Leaf),
                [between.Certify(server, Terms.Leaf with { Host = "elsewhere.example" }), root.Certify(between)],
                [root.SelfSigned()]);
        });

        [Fact]
        public Task A_longer_path_than_the_root_allows() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between)], [root.SelfSigned(new Terms { PathLength = 0 })]);
        });

        [Fact]
        public Task A_name_that_the_root_may_not_vouch_for() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            return new(
                between.Certify(server, Terms.Leaf), [root.Certify(between)], [root.SelfSigned(new Terms { More = [OnlyFor("elsewhere.example")] })]);
        });

        [Fact]
        public Task A_critical_extension_that_nobody_knows() => Refuses(kind =>
        {
            var (root, between, server) = Parties(kind);
            var unknown = new X509Extension("1.3.6.1.4.1.99999.1", [5, 0], critical: true);
            return new(between.Certify(server, Terms.Leaf), [root.Certify(between)], [root.SelfSigned(new Terms { More = [unknown] })]);
        });

        private static Task Refuses(Func<KeyKind, CertificateCase> situation) => CertificateCase.Expect(accepted: false, situation);

        private static X509Extension OnlyFor(string host)
        {
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, host, new Asn1Tag(TagClass.ContextSpecific, 2));
            }

            return new X509Extension("2.5.29.30", writer.Encode(), critical: true);
        }
    }

    private static (Entity Root, Entity Between, Entity Server) Parties(KeyKind kind) =>
        (new("Root", kind, 1), new("Between", kind, 2), new("Server", kind, 3));
}
